//! [`Frames`]: unpacks zstd, of several frames too.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use crate::input::{problem::Fault, unpack::Damage};

/// Unpacks frame after frame.
pub(super) struct Frames<R> {
    packed: R,
    frame: FrameDecoder,
    /// What went wrong in the frame, told once all that came before was handed out.
    broken: Option<io::Error>,
    inside: bool,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(packed: R) -> Self {
        Self { packed, frame: FrameDecoder::new(), broken: None, inside: false }
    }

    /// Begins the next frame that is not to be skipped. Returns whether there is one.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.packed.fill_buf()?.is_empty() {
            match self.frame.reset(&mut self.packed) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped =
                        io::copy(&mut self.packed.by_ref().take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(reason(error)),
            }
        }
        Ok(false)
    }

    /// Unpacks the next block.
    fn block(&mut self) {
        const ONE: BlockDecodingStrategy = BlockDecodingStrategy::UptoBlocks(1);
        if let Err(error) = self.frame.decode_blocks(&mut self.packed, ONE) {
            self.broken.get_or_insert_with(|| reason(error));
            // The decoder holds back what later blocks may refer to until it has met the last
            // one: an empty one that says to be the last, and a checksum if one is due.
            let last: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
            if self.frame.decode_blocks(last, ONE).is_err() {
                self.inside = false;
            }
        }
    }

    /// Ends a frame of which all was handed out.
    fn end(&mut self) -> io::Result<()> {
        self.inside = false;
        if let Some(error) = self.broken.take() {
            // Where the next frame would begin is not known.
            io::copy(&mut self.packed, &mut io::sink())?;
            return Err(error);
        }
        let told = self.frame.get_checksum_from_data();
        if told.is_some() && told != self.frame.get_calculated_checksum() {
            return Err(io::Error::other("the checksum is another"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.inside && !self.begin()? {
                return Ok(0);
            }
            while self.frame.can_collect() == 0 && self.inside && !self.frame.is_finished() {
                self.block();
            }
            let read = self.frame.read(room)?;
            if read > 0 {
                return Ok(read);
            }
            self.end()?;
        }
    }
}

/// Returns an error that people understand.
fn reason(error: FrameDecoderError) -> io::Error {
    let what = match error {
        FrameDecoderError::DictNotProvided { dict_id } => {
            let what = format!("is packed with zstd and dictionary {dict_id}, which is not there");
            return Damage { fault: Fault::Foreign, what }.into();
        }
        FrameDecoderError::WindowSizeTooBig { requested, max } => {
            let what =
                format!("looks back {requested} bytes when packed with zstd, more than {max}");
            return Damage { fault: Fault::Limit, what }.into();
        }
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_)) => {
            "what follows is no frame".to_owned()
        }
        other => other.to_string(),
    };
    io::Error::other(what)
}
