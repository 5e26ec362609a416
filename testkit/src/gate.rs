//! A proxy between a client and a server that asks a hook at every message, on its way in either
//! direction, what shall become of it.

use std::fmt;
use std::io::{self, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::wire::{self, Message, Opening};
use crate::{Server, must};

/// A message that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Whose message it is.
    pub direction: Direction,
    /// Its number in its direction, counted from 1, of all sessions together. The first packet of a
    /// session counts too.
    pub number: usize,
    /// The letter of its type; `\0` for the first packet of a session.
    pub kind: char,
    /// Its length in bytes, with its head.
    pub length: usize,
    /// Whether the other side has it already.
    pub moment: Moment,
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// When the hook is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Nothing of the message has been passed on.
    Before,
    /// All of it has.
    After,
}

/// What shall become of a message and of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything goes on.
    Pass,
    /// The connection is closed to both sides.
    Cut,
    /// So many bytes of the message still pass; then the connection is closed to both sides.
    CutWithin(usize),
    /// Nothing passes any more in either direction, and no side learns of it.
    Stall,
}

type Hook = dyn Fn(&Passage) -> Verdict + Send + Sync;

/// Listens on a port of 127.0.0.1 and passes on to a server what the hook lets pass.
#[derive(Debug)]
pub struct Gate {
    front: Server,
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: Server,
    hook: Box<Hook>,
    to_server: AtomicUsize,
    to_client: AtomicUsize,
    closing: AtomicBool,
    stalled: Mutex<Vec<Arc<Link>>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Gate {
    /// Starts to listen. The hook is called in the threads of the connections, and a message waits
    /// until it answers.
    ///
    /// # Panics
    /// When no port can be had.
    #[track_caller]
    pub fn start(
        server: &Server,
        hook: impl Fn(&Passage) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        let listener = must(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), "listen");
        let address = must(listener.local_addr(), "ask for the gate's port");
        let shared = Arc::new(Shared {
            server: server.clone(),
            hook: Box::new(hook),
            to_server: AtomicUsize::new(0),
            to_client: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            stalled: Mutex::default(),
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &of_thread));
        Self {
            front: server.behind(address.port()),
            address,
            shared,
        }
    }

    /// The URL of one of the server's databases, by way of the gate.
    pub fn url(&self, database: &str) -> String {
        self.front.url(database)
    }

    /// How many messages have come in a direction so far.
    pub fn count(&self, direction: Direction) -> usize {
        self.shared.counter(direction).load(Ordering::SeqCst)
    }

    /// Closes the connections that were stalled, so that both sides learn of it.
    pub fn let_go(&self) {
        for link in self.shared.stalled().drain(..) {
            link.close();
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.let_go();
        // Wakes the thread that listens; if nobody answers, it has ended already.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn counter(&self, direction: Direction) -> &AtomicUsize {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    fn stalled(&self) -> MutexGuard<'_, Vec<Arc<Link>>> {
        self.stalled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.closing.load(Ordering::SeqCst) {
            return;
        }
        // A connection that fails here is one that its client sees fail.
        if let Ok(client) = client {
            let _ = open(client, shared);
        }
    }
}

/// Starts a thread for each direction of one connection.
fn open(client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    let server = TcpStream::connect((shared.server.host(), shared.server.port()))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let forward = Arc::new(Link {
        client,
        server,
        is_stalled: AtomicBool::new(false),
        shared: Arc::clone(shared),
    });
    let backward = Arc::clone(&forward);
    thread::spawn(move || {
        let _ = forward.pass_requests();
        // A client that ends is heard to the end, as the server finds out by itself.
        forward.unless_stalled(|link| link.server.shutdown(Shutdown::Write));
    });
    thread::spawn(move || {
        let _ = backward.pass_answers();
        backward.unless_stalled(|link| link.client.shutdown(Shutdown::Both));
    });
    Ok(())
}

/// One connection.
struct Link {
    client: TcpStream,
    server: TcpStream,
    is_stalled: AtomicBool,
    shared: Arc<Shared>,
}

impl Link {
    fn pass_requests(self: &Arc<Self>) -> io::Result<()> {
        let mut from = BufReader::new(&self.client);
        loop {
            match wire::read_opening(&mut from)? {
                Opening::Encryption => (&self.client).write_all(b"N")?,
                Opening::Session(packet) => {
                    self.carry(Direction::ToServer, '\0', &packet)?;
                    break;
                }
            }
        }
        loop {
            self.pass(Direction::ToServer, &wire::read_message(&mut from)?)?;
        }
    }

    fn pass_answers(self: &Arc<Self>) -> io::Result<()> {
        let mut from = BufReader::new(&self.server);
        loop {
            self.pass(Direction::ToClient, &wire::read_message(&mut from)?)?;
        }
    }

    fn pass(self: &Arc<Self>, direction: Direction, message: &Message) -> io::Result<()> {
        self.carry(direction, message.kind(), message.bytes())
    }

    fn carry(self: &Arc<Self>, direction: Direction, kind: char, bytes: &[u8]) -> io::Result<()> {
        if self.is_stalled.load(Ordering::SeqCst) {
            return Err(aborted());
        }
        let mut to = match direction {
            Direction::ToServer => &self.server,
            Direction::ToClient => &self.client,
        };
        let mut passage = Passage {
            direction,
            number: self
                .shared
                .counter(direction)
                .fetch_add(1, Ordering::SeqCst)
                + 1,
            kind,
            length: bytes.len(),
            moment: Moment::Before,
        };
        let verdict = (self.shared.hook)(&passage);
        if let Verdict::CutWithin(length) = verdict {
            // The connection may be gone already, which is what is wanted.
            let _ = to.write_all(bytes.get(..length).unwrap_or(bytes));
        }
        self.obey(verdict)?;
        to.write_all(bytes)?;
        passage.moment = Moment::After;
        self.obey((self.shared.hook)(&passage))
    }

    fn obey(self: &Arc<Self>, verdict: Verdict) -> io::Result<()> {
        match verdict {
            Verdict::Pass => return Ok(()),
            Verdict::Cut | Verdict::CutWithin(_) => self.close(),
            Verdict::Stall => {
                self.is_stalled.store(true, Ordering::SeqCst);
                self.shared.stalled().push(Arc::clone(self));
            }
        }
        Err(aborted())
    }

    /// A side that has closed its end already needs not be told.
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }

    fn unless_stalled(&self, act: impl FnOnce(&Self) -> io::Result<()>) {
        if !self.is_stalled.load(Ordering::SeqCst) {
            let _ = act(self);
        }
    }
}

fn aborted() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionAborted)
}
