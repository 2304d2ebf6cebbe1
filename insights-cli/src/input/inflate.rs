//! [`Inflater`]: one whole deflate stream into room of the right size.
//!
//! By zlib-rs, which is all Rust, or with the feature `libdeflate` by libdeflate, which is C and
//! faster.

#[cfg(not(feature = "libdeflate"))]
use flate2::{Decompress, FlushDecompress, Status};

/// Unpacks one stream after the other; its tables stay.
#[cfg(not(feature = "libdeflate"))]
#[derive(Debug)]
pub(super) struct Inflater(Decompress);

#[cfg(not(feature = "libdeflate"))]
impl Default for Inflater {
    fn default() -> Self {
        Self(Decompress::new(false))
    }
}

#[cfg(not(feature = "libdeflate"))]
impl Inflater {
    /// Unpacks a stream. Returns nothing if it is damaged, does not end with `packed` or does not
    /// fill `unpacked` just so.
    pub(super) fn fill(&mut self, unpacked: &mut [u8], packed: &[u8]) -> Option<()> {
        let Self(inflate) = self;
        inflate.reset(false);
        let status = inflate.decompress(packed, unpacked, FlushDecompress::Finish).ok()?;
        let whole = status == Status::StreamEnd
            && inflate.total_in() == packed.len() as u64
            && inflate.total_out() == unpacked.len() as u64;
        whole.then_some(())
    }
}

/// Unpacks one stream after the other; its tables stay.
#[cfg(feature = "libdeflate")]
#[derive(Default)]
pub(super) struct Inflater(libdeflater::Decompressor);

#[cfg(feature = "libdeflate")]
impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater").finish_non_exhaustive()
    }
}

#[cfg(feature = "libdeflate")]
impl Inflater {
    /// Unpacks a stream. Returns nothing if it is damaged, does not end with `packed` or does not
    /// fill `unpacked` just so.
    pub(super) fn fill(&mut self, unpacked: &mut [u8], packed: &[u8]) -> Option<()> {
        // Where a stream ended is not told, so what may hold a second member is left alone.
        if memchr::memmem::find(packed, &[0x1f, 0x8b, 8]).is_some() {
            return None;
        }
        let length = self.0.deflate_decompress(packed, unpacked).ok()?;
        (length == unpacked.len()).then_some(())
    }
}
