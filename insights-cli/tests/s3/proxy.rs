//! [`Proxy`]: stands before a server, takes note of what it is asked, and spoils answers.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Path and query, as they were sent.
    pub(crate) target: String,
    /// In lower case.
    headers: Vec<(String, String)>,
    /// How often the same was asked for before.
    pub(crate) before: usize,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }

    /// Returns whether an object is asked for whose key ends so.
    pub(crate) fn is_for(&self, end: &str) -> bool {
        !self.target.contains('?') && self.target.ends_with(end)
    }

    /// Returns the prefix of which a listing is asked for.
    pub(crate) fn listed(&self) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix="))?;
        Some(prefix.replace("%2F", "/"))
    }
}

/// What is to become of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Pass,
    /// The server is not asked.
    Instead(u16, Vec<u8>),
    /// The connection is cut after this many bytes of the body.
    Cut(usize),
    /// The body ends after this many bytes, and the answer says so.
    Shorten(usize),
    Delay(Duration),
}

/// Stands before a server until the test ends.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Proxy {
    /// Hands on to `server` what `fate` lets pass.
    pub(crate) fn new(
        server: SocketAddr,
        fate: impl Fn(&Request) -> Fate + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (taken, fate) = (Arc::clone(&requests), Arc::new(fate));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (taken, fate) = (Arc::clone(&taken), Arc::clone(&fate));
                thread::spawn(move || {
                    // Who hangs up early has its reasons.
                    let _ = serve(client, server, &taken, &*fate);
                });
            }
        });
        Self { address, requests }
    }

    /// Returns what was asked for until now.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns how often an object was asked for whose key ends so.
    pub(crate) fn gets(&self, end: &str) -> usize {
        self.requests().iter().filter(|request| request.is_for(end)).count()
    }

    /// Returns the prefixes of which listings were asked for, in order, each once.
    pub(crate) fn listed(&self) -> Vec<String> {
        let mut listed: Vec<_> = self.requests().iter().filter_map(Request::listed).collect();
        listed.sort();
        listed.dedup();
        listed
    }
}

/// Serves one request: answers say that the connection ends with them.
fn serve(
    mut client: TcpStream,
    server: SocketAddr,
    taken: &Mutex<Vec<Request>>,
    fate: &dyn Fn(&Request) -> Fate,
) -> io::Result<()> {
    let head = head(&mut BufReader::new(&client))?;
    let Some(target) = head.split(' ').nth(1) else { return Ok(()) };
    let target = target.to_owned();
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers = head.lines().skip(1).filter_map(header).collect();
    let request = {
        let mut taken = taken.lock().unwrap();
        let before = taken.iter().filter(|request| request.target == target).count();
        let request = Request { target, headers, before };
        taken.push(request.clone());
        request
    };
    let fate = fate(&request);
    if let Fate::Instead(status, body) = &fate {
        let length = body.len();
        write!(
            client,
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        )?;
        client.write_all(body)?;
        return client.shutdown(Shutdown::Write);
    }
    let mut upstream = TcpStream::connect(server)?;
    let head = head.trim_end();
    write!(upstream, "{head}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    let body = answer.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
    match fate {
        Fate::Pass | Fate::Instead(..) => {}
        Fate::Cut(bytes) => answer.truncate(body + bytes),
        Fate::Shorten(bytes) => {
            answer.truncate(body + bytes);
            let head = String::from_utf8_lossy(&answer[..body]).into_owned();
            let length = |line: &str| {
                let tells = line.to_ascii_lowercase().starts_with("content-length:");
                if tells { format!("content-length: {bytes}") } else { line.to_owned() }
            };
            let head: Vec<String> = head.split("\r\n").map(length).collect();
            answer.splice(..body, head.join("\r\n").into_bytes());
        }
        Fate::Delay(time) => thread::sleep(time),
    }
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)
}

/// Reads the head of a request, its last empty line left out; requests have no bodies here.
fn head(reader: &mut impl BufRead) -> io::Result<String> {
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    Ok(head)
}
