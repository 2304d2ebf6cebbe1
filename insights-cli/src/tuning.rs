//! What `insights tune` is made of: which configurations there are, what became of each, and which
//! of them are worth a look.

pub(crate) mod configurations;
pub(crate) mod fingerprint;
pub(crate) mod front;
pub(crate) mod plot;
mod random;
pub(crate) mod results;
pub(crate) mod space;
pub(crate) mod split;
