//! The content of the frames of a body.

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::Frame;

/// The next item of a body.
pub(super) enum Next {
    Data(Bytes),
    Trailers(HeaderMap),
}

/// The content of a frame. A frame of an unknown kind is empty data.
pub(super) fn next_of<D: Buf>(frame: Frame<D>) -> Next {
    match frame.into_data() {
        Ok(mut data) => Next::Data(data.copy_to_bytes(data.remaining())),
        Err(frame) => frame.into_trailers().map_or(Next::Data(Bytes::new()), Next::Trailers),
    }
}
