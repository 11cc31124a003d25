//! What stands around every page: head, languages, ways, foot. Never holds what a page is about.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::visit::{HOME, SignInWay, Visit};
use super::{ask, choices, follow, opt_out, request_words, style, verify};

/// What a page may do: show itself with our stylesheet, and send its forms to us.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page as an answer.
#[derive(Debug)]
pub struct Framed<'a> {
    /// Who looks.
    pub visit: &'a Visit,
    /// The heading of the page.
    pub title: &'a str,
    /// The status of the answer.
    pub status: StatusCode,
    /// What stands in the page.
    pub body: Markup,
}

impl<'a> Framed<'a> {
    /// A page that was found.
    pub fn new(visit: &'a Visit, title: &'a str, body: Markup) -> Self {
        let status = StatusCode::OK;
        Self {
            visit,
            title,
            status,
            body,
        }
    }

    fn draw(&self) -> Markup {
        let (visit, words) = (self.visit, self.visit.words());
        // Whoever hears the title alone has to hear that something is wrong.
        let before = match self.status {
            StatusCode::UNPROCESSABLE_ENTITY => words.title_of_wrong,
            _ => "",
        };
        html! {
            (DOCTYPE)
            html lang=(visit.lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title {
                        (before) (self.title)
                        @if let Some(company) = visit.company() { " – " (company) }
                    }
                    link rel="stylesheet" href=(style::address());
                }
                body {
                    a.skip href="#main" { (words.skip) }
                    header.top {
                        p { a href=(visit.link(HOME)) { (words.centre) } @if let Some(company) = visit.company() { " · " (company) } }
                        (self.languages())
                    }
                    main id="main" tabindex="-1" {
                        h1 { (self.title) }
                        (self.body)
                    }
                    footer { (self.foot()) }
                }
            }
        }
    }

    fn languages(&self) -> Markup {
        let (visit, words) = (self.visit, self.visit.words());
        html! {
            nav aria-label=(words.languages) {
                ul {
                    @for lang in &visit.languages {
                        li {
                            @let name = super::words::of(*lang).language;
                            @if *lang == visit.lang { span aria-current="true" lang=(lang.tag()) { (name) } }
                            @else {
                                a lang=(lang.tag()) hreflang=(lang.tag())
                                    href=(visit.link_with(&visit.path, &[("lang", lang.tag())])) { (name) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Markup {
        let (visit, words) = (self.visit, self.visit.words());
        let requests = request_words::of(visit.lang);
        html! {
            nav aria-label=(words.ways) {
                ul {
                    li { a href=(visit.link(HOME)) { (words.centre) } }
                    @if visit.policy.is_some() {
                        li { a href=(visit.link(opt_out::PATH)) { (words.opt_out.title) } }
                        li { a href=(visit.link(ask::PATH)) { (requests.ask.title) } }
                        li { a href=(visit.link(follow::PATH)) { (requests.follow.title) } }
                        @if visit.sign_in == SignInWay::Login {
                            li { a href=(visit.link(choices::PATH)) { (words.choices.title) } }
                        }
                        li { a href=(visit.link(verify::PATH)) { (words.verify.title) } }
                    }
                    @if let Some(notice) = visit.notice() { li { a href=(notice) { (words.home.notice) } } }
                }
            }
            p { (words.no_tracking) }
        }
    }
}

impl IntoResponse for Framed<'_> {
    fn into_response(self) -> Response {
        let html = self.draw().into_string();
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "accept-language, sec-gpc"),
        ];
        let mut response = (self.status, headers, html).into_response();
        response.headers_mut().insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(self.visit.lang.tag()),
        );
        response
    }
}
