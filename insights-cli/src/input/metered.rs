//! [`Metered`]: a file whose bytes are shown as they are read.

use std::io::{self, Read, Seek, SeekFrom};

use crate::{interrupt, progress::Meter};

/// A source that tells how far it was read, and ends when the run is asked to stop.
#[derive(Debug)]
pub(crate) struct Metered<R> {
    source: R,
    meter: Meter,
}

impl<R> Metered<R> {
    pub(crate) const fn new(source: R, meter: Meter) -> Self {
        Self { source, meter }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if interrupt::requested() {
            return Ok(0);
        }
        let read = self.source.read(room)?;
        self.meter.add(read as u64);
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.source.seek(place)
    }
}
