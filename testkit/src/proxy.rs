//! A proxy between a client and a server that counts what the client sends, and can cut the
//! connection between two messages.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::wire::{self, Message, Opening};
use crate::{Server, must, wait};

/// How long a server may take to end a session whose client is gone.
const IDLE_WITHIN: Duration = Duration::from_secs(30);

/// Listens on a port of 127.0.0.1 and passes everything on to a server.
///
/// Only messages after a session's start are counted: from the first `ReadyForQuery` on. Numbers
/// are of all sessions together. When a client has an answer, the numbers include it.
#[derive(Debug)]
pub struct WireProxy {
    front: Server,
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    tally: Mutex<Tally>,
    closing: AtomicBool,
}

#[derive(Debug, Default)]
struct Tally {
    sent: BTreeMap<char, usize>,
    round_trips: usize,
    queries: Vec<String>,
    prepared: Vec<String>,
    open_sessions: usize,
    cut: Option<Cut>,
}

/// Where the connection will be cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Messages up to and with the one where it happens.
    messages: usize,
    /// Whether that message still reaches the server.
    delivered: bool,
}

/// What happens to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Pass,
    PassAndCut,
    Cut,
}

impl WireProxy {
    /// Starts to listen.
    ///
    /// # Panics
    /// When no port can be had.
    #[track_caller]
    pub fn start(server: &Server) -> Self {
        let listener = must(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), "listen");
        let address = must(listener.local_addr(), "ask for the proxy's port");
        let shared = Arc::new(Shared::default());
        let (target, of_thread) = (server.clone(), Arc::clone(&shared));
        thread::spawn(move || accept(&listener, &target, &of_thread));
        Self {
            front: server.behind(address.port()),
            address,
            shared,
        }
    }

    /// The URL of one of the server's databases, by way of the proxy.
    pub fn url(&self, database: &str) -> String {
        self.front.url(database)
    }

    /// How many messages of each type the client has sent.
    pub fn sent(&self) -> BTreeMap<char, usize> {
        self.shared.tally().sent.clone()
    }

    /// How many messages of one type the client has sent, such as `Q` for a simple query.
    pub fn count(&self, kind: char) -> usize {
        self.shared
            .tally()
            .sent
            .get(&kind)
            .copied()
            .unwrap_or_default()
    }

    /// How often the server has said that it is ready for the next query.
    pub fn round_trips(&self) -> usize {
        self.shared.tally().round_trips
    }

    /// The texts of the simple queries, in the order in which they came.
    pub fn queries(&self) -> Vec<String> {
        self.shared.tally().queries.clone()
    }

    /// The texts of the statements that were sent to be prepared.
    pub fn prepared(&self) -> Vec<String> {
        self.shared.tally().prepared.clone()
    }

    /// Sets all numbers and lists back to nothing.
    pub fn reset(&self) {
        let mut tally = self.shared.tally();
        *tally = Tally {
            open_sessions: tally.open_sessions,
            cut: tally.cut,
            ..Tally::default()
        };
    }

    /// Cuts the connection that carries the `n`th message from now on, once that message is on its
    /// way to the server: the server does what it says, and the client never hears of it. Happens
    /// once; later connections are whole.
    pub fn cut_after_message(&self, n: usize) {
        self.shared.tally().cut = Some(Cut {
            messages: n,
            delivered: true,
        });
    }

    /// Cuts the connection that carries the `n`th message from now on before the server sees it.
    /// Happens once; later connections are whole.
    pub fn cut_before_message(&self, n: usize) {
        self.shared.tally().cut = Some(Cut {
            messages: n,
            delivered: false,
        });
    }

    /// Whether a cut has been asked for that has not happened yet.
    pub fn is_armed(&self) -> bool {
        self.shared.tally().cut.is_some()
    }

    /// Waits until the server has ended every session that came through here, those whose
    /// connection was cut too, so that what they did can be looked at.
    ///
    /// # Panics
    /// When a session goes on.
    #[track_caller]
    pub fn wait_until_idle(&self) {
        let idle = || (self.shared.tally().open_sessions == 0).then_some(());
        must(
            wait::until(IDLE_WITHIN, idle).ok_or("a session is still open"),
            "wait for the server",
        );
    }
}

impl Drop for WireProxy {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // Wakes the thread that listens; if nobody answers, it has ended already.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    /// A thread that panicked left numbers behind that are still numbers.
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn note(&mut self, message: &Message) -> Fate {
        let kind = message.kind();
        *self.sent.entry(kind).or_default() += 1;
        match kind {
            'Q' => self.queries.push(message.sql()),
            'P' => self.prepared.push(message.sql()),
            _ => {}
        }
        let Some(cut) = &mut self.cut else {
            return Fate::Pass;
        };
        cut.messages = cut.messages.saturating_sub(1);
        if cut.messages > 0 {
            return Fate::Pass;
        }
        let delivered = cut.delivered;
        self.cut = None;
        if delivered {
            Fate::PassAndCut
        } else {
            Fate::Cut
        }
    }
}

fn accept(listener: &TcpListener, server: &Server, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.closing.load(Ordering::SeqCst) {
            return;
        }
        // A connection that fails here is one that its client sees fail.
        if let Ok(client) = client {
            let _ = open(client, server, shared);
        }
    }
}

/// Starts a thread for each direction of one connection.
fn open(client: TcpStream, server: &Server, shared: &Arc<Shared>) -> io::Result<()> {
    let server = TcpStream::connect((server.host(), server.port()))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let link = Link {
        client,
        server,
        ready: AtomicBool::new(false),
        shared: Arc::clone(shared),
    };
    shared.tally().open_sessions += 1;
    let forward = Arc::new(link);
    let backward = Arc::clone(&forward);
    thread::spawn(move || {
        // Whatever ended it, the other side learns of it in the same way.
        let _ = forward.pass_requests();
        let _ = forward.server.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let _ = backward.pass_answers();
        let _ = backward.client.shutdown(Shutdown::Both);
        backward.shared.tally().open_sessions -= 1;
    });
    Ok(())
}

/// One connection.
struct Link {
    client: TcpStream,
    server: TcpStream,
    /// The session's start is over.
    ready: AtomicBool,
    shared: Arc<Shared>,
}

impl Link {
    fn pass_requests(&self) -> io::Result<()> {
        let mut from = BufReader::new(&self.client);
        let mut server = &self.server;
        loop {
            match wire::read_opening(&mut from)? {
                // What is encrypted cannot be counted.
                Opening::Encryption => (&self.client).write_all(b"N")?,
                Opening::Session(packet) => {
                    server.write_all(&packet)?;
                    break;
                }
            }
        }
        loop {
            let message = wire::read_message(&mut from)?;
            let fate = if self.ready.load(Ordering::SeqCst) {
                self.shared.tally().note(&message)
            } else {
                Fate::Pass
            };
            if fate != Fate::Cut {
                server.write_all(message.bytes())?;
            }
            if fate != Fate::Pass {
                // The answer's thread goes on reading, or the server would find its own
                // connection broken in the middle of the work that it shall finish.
                return self.client.shutdown(Shutdown::Both);
            }
        }
    }

    fn pass_answers(&self) -> io::Result<()> {
        let mut from = BufReader::new(&self.server);
        loop {
            let message = wire::read_message(&mut from)?;
            if message.kind() == 'Z' && self.ready.swap(true, Ordering::SeqCst) {
                self.shared.tally().round_trips += 1;
            }
            // A client that is gone does not keep the server from being heard out.
            let _ = (&self.client).write_all(message.bytes());
        }
    }
}
