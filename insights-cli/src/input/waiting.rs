//! [`Waiting`]: what others send, as long as nobody asks the run to stop.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use crate::interrupt;

/// Stdin, or a pipe with a name, read by a thread of its own: nobody can tell a thread that waits
/// for bytes to stop, but who waits for the thread can be told, and takes it for the end.
#[derive(Debug)]
pub(crate) struct Waiting {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

/// The bytes of a piece at most, and how many wait to be taken.
const PIECE: usize = 256 << 10;
const PIECES: usize = 4;
/// How often it is looked whether to stop.
const TICK: Duration = Duration::from_millis(50);

impl Waiting {
    /// Begins to read stdin.
    ///
    /// # Errors
    ///
    /// Returns an error if no thread can be started.
    pub(crate) fn stdin() -> io::Result<Self> {
        // Locked for each piece: a run that ends does not wait for the next.
        Self::on(|| Ok(io::stdin()))
    }

    /// Begins to read a file that is none, such as a pipe. Opening it may wait as well.
    ///
    /// # Errors
    ///
    /// Returns an error if no thread can be started.
    pub(crate) fn file(path: PathBuf) -> io::Result<Self> {
        Self::on(move || File::open(path))
    }

    /// Returns whether whoever reads a path may have to wait for others.
    pub(crate) fn is_for(path: &Path) -> bool {
        path.metadata().is_ok_and(|metadata| !metadata.is_file())
    }

    fn on<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static) -> io::Result<Self> {
        let (sender, pieces) = sync_channel(PIECES);
        thread::Builder::new().name("input".into()).spawn(move || match open() {
            Ok(source) => send(source, &sender),
            // Nobody may be left who wants to know.
            Err(error) => drop(sender.send(Err(error))),
        })?;
        Ok(Self { pieces, piece: io::Cursor::default() })
    }
}

/// Sends all of a source, as long as somebody wants it.
fn send(mut source: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match source.read(&mut piece) {
            Ok(0) => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read,
        };
        let failed = read.is_err();
        let read = read.map(|read| {
            piece.truncate(read);
            piece
        });
        if sender.send(read).is_err() || failed {
            return;
        }
    }
}

impl Read for Waiting {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(room)?;
            if read > 0 || room.is_empty() {
                return Ok(read);
            }
            match self.pieces.recv_timeout(TICK) {
                Ok(piece) => self.piece = io::Cursor::new(piece?),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if interrupt::requested() => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_arrives_whole_and_an_error_is_told() {
        let sent: Vec<u8> = (0..3 * PIECE + 7).map(|i| (i % 251).to_le_bytes()[0]).collect();
        let source = io::Cursor::new(sent.clone());
        let mut received = Vec::new();
        Waiting::on(|| Ok(source)).unwrap().read_to_end(&mut received).unwrap();
        assert_eq!(received, sent);
        let mut missing = Waiting::file("/no/such/file".into()).unwrap();
        let error = missing.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
