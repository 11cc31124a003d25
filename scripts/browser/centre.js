// A person's way through the privacy centre in Debian's Chromium: in each language, by keyboard alone, 320 pixels wide, with
// text twice as large, without script, in the dark, and with no finding of axe anywhere. Prints what is wrong; the exit code
// says whether anything is. `ABIDE_PUBLIC` is the server, `ABIDE_LOGIN` the secret that its login signs with, `ABIDE_SHOTS` a
// folder for pictures, if they are wanted.
import { createHmac } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const server = process.env.ABIDE_PUBLIC;
const shots = process.env.ABIDE_SHOTS;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
const wrong = [];

function expect(holds, what) {
    if (!holds) wrong.push(what);
}

const looks = [
    { name: "wide", viewport: { width: 1280, height: 900 } },
    { name: "narrow", viewport: { width: 320, height: 640 } },
    { name: "large", viewport: { width: 1280, height: 900 }, text: "200%" },
    { name: "narrow-large", viewport: { width: 320, height: 640 }, text: "200%" },
    { name: "dark", viewport: { width: 800, height: 900 }, colorScheme: "dark" },
];
const titles = {
    en: { home: "Your privacy, in your hands", out: "Stop a use of your data", wrong: "Please check: ", done: "It has stopped", proven: "This receipt is genuine", agree: "Agree", back: "Take it back" },
    zh: { home: "您的隐私由您作主", out: "停止使用我的信息", wrong: "请检查：", done: "已经停止", proven: "这份凭证是真的", agree: "同意", back: "撤回" },
};

const folder = await mkdtemp(join(tmpdir(), "abide-browser-"));
if (shots) await mkdir(shots, { recursive: true });
const browser = await chromium.launch({
    executablePath: process.env.ABIDE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
});

// What has to hold of every page, however it is looked at.
async function look(page, what, text) {
    if (text) {
        // As a reader's own setting does: the size of the root, from outside the page.
        const session = await page.context().newCDPSession(page);
        await session.send("DOM.enable");
        await session.send("CSS.enable");
        const { frameTree } = await session.send("Page.getFrameTree");
        const { styleSheetId } = await session.send("CSS.createStyleSheet", { frameId: frameTree.frame.id });
        await session.send("CSS.setStyleSheetText", { styleSheetId, text: `html { font-size: ${text} !important }` });
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide <= 0, `${what}: it has to be scrolled sideways by ${wide} pixels`);
    if (shots) await page.screenshot({ path: join(shots, `${what}.png`), fullPage: true });
    // Through the debugger, which the page's own policy does not bind; the page itself may run nothing.
    await page.evaluate(axe);
    const found = await page.evaluate((rules) => window.axe.run(document, rules), rules);
    for (const { id, nodes } of found.violations) wrong.push(`${what}: axe ${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

function watch(page, what) {
    page.on("console", (message) => {
        const ours = /status of (404|422)|favicon/.test(message.text()) || /favicon/.test(message.location().url);
        if (message.type() === "error" && !ours) wrong.push(`${what}: ${message.text()}`);
    });
    page.on("request", (request) => expect(request.url().startsWith(server), `${what}: asks ${request.url()}`));
}

// A form that was open for as long as a person takes to read it: it is sent again until it is taken.
async function send(page, press) {
    for (let tries = 0; tries < 200; tries++) {
        await Promise.all([page.waitForNavigation(), press()]);
        const text = await page.locator("main").innerText();
        if (!/faster than most people|比大多数人阅读还快/.test(text)) return;
    }
    wrong.push("a form was never taken");
}

// As the company's own login does: signs who it is, and sends the browser back.
async function signIn(page, subject) {
    const away = await page.request.get(`${server}/privacy/sign-in`, { maxRedirects: 0 });
    const nonce = new URL(away.headers().location).searchParams.get("nonce");
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: "https://shop.example", aud: "abide", sub: subject, jti: nonce, nonce, iat, exp: iat + 60 };
    const text = `${part({ alg: "HS256" })}.${part(claims)}`;
    const signature = createHmac("sha256", process.env.ABIDE_LOGIN).update(text).digest("base64url");
    await page.goto(`${server}/privacy/signed-in?assertion=${text}.${signature}`);
}

// The form that asks; what it says once it is sent; the way to a request.
async function ask(page, words, what, subject, text) {
    await page.goto(`${server}/privacy/ask`);
    await look(page, what("12-ask"), text);
    await send(page, () => page.locator("button[type=submit]").click());
    expect((await page.title()).startsWith(words.wrong), what("ask mend"));
    await look(page, what("13-ask-mend"), text);
    await page.locator("input[value=access]").check();
    await page.locator("#email").fill(`${subject}@example.org`);
    await send(page, () => page.locator("button[type=submit]").click());
    await look(page, what("14-asked"), text);
    await page.locator("main a.button").click();
    await look(page, what("15-follow"), text);
}

// Whoever is signed in asks, follows and fetches.
async function fetchData(page, words, what, text) {
    await page.goto(`${server}/privacy/ask`);
    await page.locator("input[value=access]").check();
    await Promise.all([page.waitForNavigation(), page.locator("main button[type=submit]").click()]);
    const fetch = page.locator("form[action*='/package'] button");
    for (let tries = 0; tries < 200 && (await fetch.count()) === 0; tries++) await page.reload();
    await look(page, what("16-ready"), text);
    const [download] = await Promise.all([page.waitForEvent("download"), fetch.click()]);
    expect(download.suggestedFilename() === "my-data.zip", what("package"));
    await page.reload();
    await look(page, what("17-fetched"), text);
}

async function choices(page, words, what, subject, text) {
    await page.goto(`${server}/privacy/choices`);
    await look(page, what("9-signed-out"), text);
    await signIn(page, subject);
    const button = (label) => page.getByRole("button", { name: label, exact: true }).first();
    await look(page, what("10-choices"), text);
    await Promise.all([page.waitForNavigation(), button(words.agree).click()]);
    expect((await button(words.back).count()) === 1, what("agreed"));
    await Promise.all([page.waitForNavigation(), button(words.back).click()]);
    expect((await button(words.agree).count()) === 1, what("taken back"));
    await page.locator("summary").first().click();
    await look(page, what("11-history"), text);
}

async function journey(lang, { name, text, ...options }) {
    const words = titles[lang];
    const context = await browser.newContext({ ...options, locale: lang === "zh" ? "zh-CN" : "en-GB" });
    const page = await context.newPage();
    const what = (step) => `${lang}-${name}-${step}`;
    watch(page, what("page"));
    await page.goto(`${server}/privacy`);
    expect((await page.title()).startsWith(words.home), what("title"));
    await look(page, what("1-home"), text);
    await page.locator("main a[href*='/privacy/versions']").click();
    await look(page, what("2-versions"), text);
    await page.goto(`${server}/privacy/opt-out`);
    await look(page, what("3-opt-out"), text);
    await send(page, () => page.locator("button[type=submit]").click());
    expect((await page.title()).startsWith(words.wrong), what("mend"));
    await look(page, what("4-mend"), text);
    await page.locator("input[value=optout-sale]").check();
    await page.locator("input[value=stop-marketing]").check();
    await page.locator("#email").fill(`${lang}-${name}@example.org`);
    await page.locator("#browser").check();
    await send(page, () => page.locator("button[type=submit]").click());
    expect((await page.title()).startsWith(words.done), what("done"));
    await look(page, what("5-done"), text);
    const receipt = page.locator("a[href*='/privacy/receipt/']").first();
    // What was recorded a moment ago is in the log a moment later.
    const link = new URL(await receipt.getAttribute("href"), server).href;
    for (let tries = 0; tries < 20 && (await page.request.get(link)).status() !== 200; tries++);
    const [download] = await Promise.all([page.waitForEvent("download"), receipt.click()]);
    const file = join(folder, `${what("receipt")}.json`);
    await download.saveAs(file);
    await page.goto(`${server}/privacy/verify`);
    await look(page, what("6-verify"), text);
    for (let tries = 0; tries < 200; tries++) {
        await page.locator("#file").setInputFiles(file);
        await Promise.all([page.waitForNavigation(), page.locator("button[type=submit]").click()]);
        if ((await page.locator("form").count()) === 0) break;
    }
    expect((await page.locator("main").innerText()).includes(words.proven), what("proven"));
    await look(page, what("7-proven"), text);
    await page.goto(`${server}/privacy/nothing`);
    await look(page, what("8-nothing"), text);
    await ask(page, words, what, `${lang}-${name}`, text);
    await choices(page, words, what, `${lang}-${name}`, text);
    await fetchData(page, words, what, text);
    await context.close();
}

// Tab, space and enter alone; every stop can be seen.
async function keyboard() {
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await page.goto(`${server}/privacy`);
    const here = () => page.evaluate(() => {
        const at = document.activeElement;
        const style = getComputedStyle(at);
        const box = at.getBoundingClientRect();
        return { id: at.id, text: at.textContent.trim(), value: at.value, tag: at.tagName, outline: style.outlineStyle, seen: box.right > 0 && box.bottom > 0 };
    });
    const tab = async (is) => {
        for (let stop = 0; stop < 40; stop++) {
            await page.keyboard.press("Tab");
            const at = await here();
            expect(at.outline !== "none" && at.seen, `keyboard: nothing shows that ${at.tag} ${at.id} has the focus`);
            expect(at.id !== "website", "keyboard: the field for programs is reached");
            if (is(at)) return;
        }
        wrong.push(`keyboard: ${is} is never reached`);
    };
    await page.keyboard.press("Tab");
    expect((await here()).text === "Skip to the content", "keyboard: the first stop skips to the content");
    await page.keyboard.press("Enter");
    expect((await here()).id === "main", "keyboard: the first link leads to the content");
    await tab((at) => at.text === titles.en.out);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await tab((at) => at.value === "optout-sale");
    await page.keyboard.press("Space");
    await tab((at) => at.id === "email");
    await page.keyboard.type("keyboard@example.org");
    await send(page, async () => {
        if ((await here()).id !== "email") await tab((at) => at.id === "email");
        await page.keyboard.press("Enter");
    });
    expect((await page.title()).startsWith(titles.en.done), "keyboard: the form is sent");
}

// Nothing changes when the browser runs no script.
async function scriptless() {
    const page = await (await browser.newContext({ locale: "en-GB", javaScriptEnabled: false })).newPage();
    await page.goto(`${server}/privacy/opt-out`);
    await page.locator("input[value=optout-ads]").check();
    await page.locator("#phone").fill("+31 20 555 0100");
    await send(page, () => page.locator("button[type=submit]").click());
    expect((await page.title()).startsWith(titles.en.done), "without script: the form is sent");
}

const walks = {
    en: ["wide", "narrow-large", "dark"],
    zh: ["narrow", "large"],
};
const walk = async ([lang, names]) => {
    for (const name of names) await journey(lang, looks.find((each) => each.name === name));
};
await Promise.all([...Object.entries(walks).map(walk), keyboard().then(scriptless)]);
await browser.close();
await rm(folder, { recursive: true });
for (const line of wrong) console.log(line);
process.exit(wrong.length === 0 ? 0 : 1);
