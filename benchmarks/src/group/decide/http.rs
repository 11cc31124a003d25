//! A decision over HTTP against an endpoint in the same server that reads the same body and sends a fixed answer of the
//! same length: what is left is deciding and writing the answer.

use std::net::SocketAddr;
use std::time::Duration;

use abide::http::access::Needs;
use abide::http::body::Json;
use abide::http::endpoint::decide::Asked;
use abide::http::guard::Side;
use abide::http::listener::Listener;
use abide::http::router;
use abide_store::ApiScope;
use axum::http::{Method, header};
use tokio::sync::watch;

use crate::load;
use crate::ratio;
use crate::scene::{self, PURPOSES};
use crate::scratch::Scratch;
use crate::served::Served;

const CLIENTS: usize = 8;
const ROUND: Duration = Duration::from_secs(2);
/// How many people have said something.
const PEOPLE: usize = 1_000;

/// Print `decide-http`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("decide")?;
    let store = format!("sqlite:{}", scratch.path().join("abide.db").display());
    let served = Served::start(scratch.path(), &store, &scene::policy(1))?;
    fill(&served)?;
    let answer = served.ask("/v1/decide", &question(0, 0))?;
    let (fixed, stop) = beside(&served, answer)?;
    let path = |path: &'static str| {
        move |client: usize, number: u64| {
            let person = (client * 7919 + number as usize) % PEOPLE;
            served_question(path, person, number as usize % PURPOSES)
        }
    };
    let ask = |address: SocketAddr, make: &(dyn Fn(usize, u64) -> (String, String) + Sync)| {
        let request = |client, number| {
            let (path, body) = make(client, number);
            served.post(&path, &body)
        };
        load::drive(address, CLIENTS, ROUND, &request)
    };
    let rates = ratio::rates(
        || ask(served.address()?, &path("/v1/decide")),
        || ask(fixed, &path("/v1/fixed")),
    )?;
    stop.send_replace(true);
    ratio::at_least("decide-http", rates.ours / rates.theirs, 0.8);
    ratio::also("decisions a second over HTTP", rates.ours.round());
    ratio::also("fixed answers a second", rates.theirs.round());
    Ok(())
}

fn served_question(path: &str, person: usize, purpose: usize) -> (String, String) {
    (path.to_owned(), question(person, purpose))
}

fn question(person: usize, purpose: usize) -> String {
    format!(
        "{{\"subject\":{{\"kind\":\"account\",\"value\":\"person-{person}\"}},\"question\":{{\"action\":\"use\",\
         \"data\":[\"item-0\"],\"for\":\"{}\"}}}}",
        scene::purpose(purpose)
    )
}

/// Everybody consents to some purposes.
fn fill(served: &Served) -> Result<(), String> {
    let request = |client: usize, number: u64| {
        let person = client * (PEOPLE / 10) + number as usize % (PEOPLE / 10);
        let body = format!(
            "{{\"subject\":{{\"kind\":\"account\",\"value\":\"person-{person}\"}},\"fact\":\"consent\",\
             \"scope\":{{\"purposes\":[\"{}\"]}}}}",
            scene::purpose(person % PURPOSES)
        );
        served.post("/v1/consents", &body)
    };
    load::repeat(served.address()?, 10, (PEOPLE / 10) as u64, &request)
}

/// A second listener in the same server with nothing but the fixed answer.
fn beside(served: &Served, answer: Vec<u8>) -> Result<(SocketAddr, watch::Sender<bool>), String> {
    let app = served.server()?.app();
    let answer: &'static [u8] = answer.leak();
    let fixed = router::route(
        Method::POST,
        "/v1/fixed",
        Needs::Scope(ApiScope::Decide),
        move |Json(asked): Json<Asked>| async move {
            std::hint::black_box(asked);
            ([(header::CONTENT_TYPE, "application/json")], answer)
        },
    );
    let router = router::assemble(app, Side::Internal, vec![fixed]);
    let (stop, stopped) = watch::channel(false);
    let address = served.runtime.block_on(async {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(any, None, &app.config.limits).await?;
        let address = listener.address()?;
        tokio::spawn(listener.serve(router, stopped));
        anyhow::Ok(address)
    });
    Ok((address.map_err(|error| format!("{error:#}"))?, stop))
}
