//! [`Server`]: a server of S3 with buckets of its own.

use std::{
    env,
    ffi::OsStr,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    archive::{Archive, gzip, log},
    folder::Folder,
    program::{self, Args, Run},
};

const ACCESS_KEY: &str = "test";
const SECRET_KEY: &str = "testtest";

/// A server of S3; each folder in its root is a bucket. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    root: Folder,
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a server that wants signatures, or returns nothing where there is none to start.
    pub(crate) fn start() -> Option<Self> {
        Self::with(&["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY])
    }

    /// Starts a server of public buckets.
    pub(crate) fn public() -> Option<Self> {
        Self::with(&[])
    }

    fn with(options: &[&str]) -> Option<Self> {
        let Some(program) = env::var_os("INSIGHTS_S3_SERVER") else {
            println!("skipped: INSIGHTS_S3_SERVER is not set: INSIGHTS_S3_SERVER=$(.ci/s3-server)");
            return None;
        };
        let root = Folder::new();
        // Another process may take the port in between: then the next one is tried.
        for _ in 0..10 {
            let address = free();
            let mut process = Command::new(&program)
                .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
                .args(options)
                .arg(root.path())
                .env("RUST_LOG", "off")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
            while process.try_wait().unwrap().is_none() {
                if TcpStream::connect(address).is_ok() {
                    return Some(Self { root, process, address });
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        panic!("{} does not start", program.display());
    }

    /// Returns the folder of a bucket: what is written there is in it.
    pub(crate) fn bucket(&self, name: &str) -> Bucket<'_> {
        std::fs::create_dir_all(self.root.join(name)).unwrap();
        Bucket { root: &self.root, name: name.to_owned() }
    }

    /// Runs the program with the credentials of the server.
    pub(crate) fn run(&self, args: &Args<'_>) -> Run {
        run_at(self.address, args)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have died by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A bucket of a server.
#[derive(Debug)]
pub(crate) struct Bucket<'a> {
    root: &'a Folder,
    name: String,
}

impl Bucket<'_> {
    /// Puts an object.
    pub(crate) fn put(&self, key: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        self.root.file(Path::new(&self.name).join(key), bytes);
    }

    /// Puts the files of an archive, packed.
    pub(crate) fn archive(&self, archive: &Archive) {
        for (key, records) in &archive.0 {
            self.put(key, gzip(log(records)));
        }
    }

    /// Returns where the objects are on disk.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.root.join(&self.name)
    }
}

/// Runs the program with the credentials of a server that is asked at `address`.
pub(crate) fn run_at(address: SocketAddr, args: &Args<'_>) -> Run {
    let mut command = clean(args);
    command
        .args(["--s3-endpoint", &format!("http://{address}")])
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    program::run(command, b"")
}

/// Replays a public bucket called logs of a server that is asked at `address`.
pub(crate) fn unsigned(address: SocketAddr) -> Run {
    let endpoint = format!("http://{address}");
    let args: &Args<'_> =
        &[&"replay", &"s3://logs", &"--no-sign-request", &"--s3-endpoint", &endpoint];
    program::run(clean(args), b"")
}

/// Returns what is typed: a command and its input, then options.
pub(crate) fn typed<'a>(
    command: [&'a dyn AsRef<OsStr>; 2],
    options: &'a [&'a str],
) -> Vec<&'a dyn AsRef<OsStr>> {
    let options = options.iter().map(|option| option as &dyn AsRef<OsStr>);
    command.into_iter().chain(options).collect()
}

/// Returns the program, ready to run, as if nothing was known of AWS on this machine.
pub(crate) fn clean(args: &Args<'_>) -> Command {
    let mut command = program::command(args);
    for (name, _) in env::vars_os() {
        let is_of = |start: &str| name.as_encoded_bytes().starts_with(start.as_bytes());
        if is_of("AWS_") || is_of("HTTP") || is_of("http") {
            command.env_remove(name);
        }
    }
    let nowhere: &OsStr = "/nonexistent".as_ref();
    command.env("AWS_CONFIG_FILE", nowhere).env("AWS_SHARED_CREDENTIALS_FILE", nowhere);
    command
}

/// Returns an address at which nobody listens.
pub(crate) fn free() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}
