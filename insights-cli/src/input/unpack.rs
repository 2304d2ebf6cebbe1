//! Unpacks streams, layer by layer, to the bytes of a text: [`Unpacked`].

use std::{
    error, fmt,
    io::{self, BufReader, Read},
};

use flate2::read::MultiGzDecoder;

use crate::input::{frames::Frames, packing::Packing, problem::Fault, utf16::Utf16};

/// The most times that one thing may be packed inside another: what is uploaded packed is
/// sometimes packed again on the way.
const MOST_LAYERS: usize = 2;

/// The bytes of a text, whatever it was packed in, in UTF-8 as far as it is text.
pub(super) struct Unpacked<'r> {
    bytes: Box<dyn Read + 'r>,
    was_packed: bool,
}

impl<'r> Unpacked<'r> {
    /// Looks through the layers around a text. The error is that nothing of it is read.
    pub(super) fn open(packed: impl Read + 'r) -> Result<Self, Damage> {
        let mut layers: Vec<&str> = Vec::new();
        let mut bytes: Box<dyn Read + 'r> = Box::new(packed);
        loop {
            let mut head = Vec::new();
            let read = bytes.by_ref().take(Packing::TELLING as u64).read_to_end(&mut head);
            let packing = Packing::of(&head);
            // What comes before damage is read again, and then the damage is met.
            let rest: Box<dyn Read + 'r> = match read {
                Ok(_) => bytes,
                Err(error) => Box::new(Broken(Some(error))),
            };
            let whole = io::Cursor::new(head).chain(rest);
            let foreign = |what: &str| {
                let inside = layers.iter().flat_map(|layer| [" inside ", layer]);
                let inside: String = inside.collect();
                Damage {
                    fault: Fault::Foreign,
                    what: format!("is {what}{inside}, which is not read"),
                }
            };
            let was_packed = !layers.is_empty();
            let layer = match packing {
                Packing::Plain => return Ok(Self { bytes: Box::new(whole), was_packed }),
                Packing::Utf16(endian) => {
                    let bytes = Box::new(Utf16::new(whole, endian));
                    return Ok(Self { bytes, was_packed });
                }
                Packing::Zip => return Err(foreign("a zip archive")),
                Packing::Foreign(what) => return Err(foreign(what)),
                Packing::Gzip | Packing::Zstd if layers.len() == MOST_LAYERS => {
                    return Err(foreign("packed once more"));
                }
                Packing::Gzip => "gzip",
                Packing::Zstd => "zstd",
            };
            layers.insert(0, layer);
            bytes = if packing == Packing::Gzip {
                Box::new(Layer { name: layer, bytes: MultiGzDecoder::new(whole) })
            } else {
                Box::new(Layer { name: layer, bytes: Frames::new(BufReader::new(whole)) })
            };
        }
    }
}

impl Unpacked<'_> {
    /// Returns whether there was anything to unpack.
    pub(super) const fn was_packed(&self) -> bool {
        self.was_packed
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(room)
    }
}

/// Why a text is not read any farther.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    pub(super) fault: Fault,
    pub(super) what: String,
}

impl Damage {
    /// Takes out of an error what a layer said, or says that the file cannot be read.
    pub(super) fn of(error: &io::Error) -> Self {
        let said = error.get_ref().and_then(|error| error.downcast_ref::<Self>());
        said.cloned().unwrap_or_else(|| Self {
            fault: Fault::Packing,
            what: format!("cannot be read from here on: {error}"),
        })
    }
}

impl error::Error for Damage {}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<Damage> for io::Error {
    fn from(damage: Damage) -> Self {
        Self::new(io::ErrorKind::InvalidData, damage)
    }
}

/// A layer, whose errors say which it is.
pub(super) struct Layer<R> {
    pub(super) name: &'static str,
    pub(super) bytes: R,
}

impl<R: Read> Read for Layer<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(room).map_err(|error| {
            let known = error.get_ref().is_some_and(<dyn error::Error + Send + Sync>::is::<Damage>);
            if known || error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            let what = format!("{} is damaged here: {error}", self.name);
            Damage { fault: Fault::Packing, what }.into()
        })
    }
}

/// Fails once, then ends.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
