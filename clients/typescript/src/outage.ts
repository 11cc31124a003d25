// What to answer when the server does not. Never permits anything that the server did not permit.

/** `deny`: nothing may be done. `last-known`: what the server said last, if that is not too old, else `deny`. */
export type OnOutage = "deny" | "last-known";

/** What holds for a question with this purpose; `*` stands for all that are not named. */
export function chosen(
  onOutage: OnOutage | Readonly<Record<string, OnOutage>>,
  purpose: string | null | undefined,
): OnOutage {
  if (typeof onOutage === "string") return onOutage;
  const own = (name: string) => (Object.hasOwn(onOutage, name) ? onOutage[name] : undefined);
  return own(purpose ?? "*") ?? own("*") ?? "deny";
}
