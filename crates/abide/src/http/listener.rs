//! Takes connections and serves them, each with its limits. Knows nothing of routes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service;

use super::pace::Paced;
use super::tls::Certificates;
use crate::config::Limits;

/// The address that a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// One listener, bound and not yet serving.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    certificates: Option<Arc<Certificates>>,
    limits: Limits,
}

impl Listener {
    /// Binds the address; port 0 takes any that is free. An error says what stands in the way.
    pub async fn bind(
        address: SocketAddr,
        certificates: Option<Arc<Certificates>>,
        limits: &Limits,
    ) -> Result<Self> {
        let socket = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on `{address}`; `listen` in `abide.kdl` names the addresses")
        })?;
        Ok(Self {
            socket,
            certificates,
            limits: limits.clone(),
        })
    }

    /// The address, with the port that was free.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }

    /// Serves until `stop` turns true; then finishes the requests at hand, within the time that a request may take.
    pub async fn serve(self, router: Router, mut stop: watch::Receiver<bool>) {
        let room = Arc::new(Semaphore::new(self.limits.connections));
        let graceful = Arc::new(GracefulShutdown::new());
        loop {
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
                break;
            };
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let connection = Connection {
                        peer: Peer(peer.ip()),
                        permit,
                        limits: self.limits.clone(),
                        router: router.clone(),
                        watcher: graceful.watcher(),
                    };
                    tokio::spawn(connection.serve(stream, self.certificates.clone()));
                }
                // Out of file descriptors or memory: others have to finish first.
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(self.socket);
        if let Some(graceful) = Arc::into_inner(graceful) {
            let _ = tokio::time::timeout(self.limits.request, graceful.shutdown()).await;
        }
    }
}

/// What a connection is served with.
struct Connection {
    peer: Peer,
    permit: OwnedSemaphorePermit,
    limits: Limits,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
}

impl Connection {
    async fn serve(self, stream: TcpStream, certificates: Option<Arc<Certificates>>) {
        let _ = stream.set_nodelay(true);
        let stream = Paced::new(stream, self.limits.request);
        let Some(certificates) = certificates else {
            return self.speak(stream).await;
        };
        let handshake = certificates.acceptor().accept(stream);
        if let Ok(Ok(stream)) = tokio::time::timeout(self.limits.header, handshake).await {
            self.speak(stream).await;
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let Self {
            peer,
            permit,
            limits,
            router,
            watcher,
        } = self;
        let has_asked = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&has_asked);
        let service = service_fn(move |mut request: Request<Incoming>| {
            asks.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(peer);
            // A router is always ready.
            router.clone().call(request.map(Body::new))
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header)
            .max_buf_size(64 * 1024);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.request)
            .max_concurrent_streams(100)
            .max_header_list_size(16 * 1024);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        // A connection ends when its client does as it likes; there is nothing to report.
        tokio::select! {
            _ = watcher.watch(connection.into_owned()) => {}
            () = silence(limits.header, &has_asked) => {}
        }
        drop(permit);
    }
}

/// Resolves if nothing is asked within the time for a head. The time limits of the protocols begin only once the client has
/// said which one it speaks.
async fn silence(patience: Duration, has_asked: &AtomicBool) {
    tokio::time::sleep(patience).await;
    if has_asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
