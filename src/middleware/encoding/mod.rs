//! Decodes content encodings in bounded steps, so that a decompression bomb cannot fill the memory.

#[cfg(feature = "compression")]
mod decoder;
#[cfg(not(feature = "compression"))]
#[path = "without.rs"]
mod decoder;

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

pub(super) use decoder::Decoder;

use crate::filter::ScanError;

/// A content encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The encodings that can be decoded, as listed in `Accept-Encoding`.
pub(super) const ACCEPTED: &[&str] = if cfg!(feature = "compression") {
    &["gzip", "x-gzip", "deflate", "br", "zstd", "identity"]
} else {
    &["identity"]
};

/// Returns the encoding in the headers, or `None` if there is none.
pub(super) fn coding(headers: &HeaderMap) -> Result<Option<Coding>, ScanError> {
    let mut coding = None;
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.to_str().map_err(|_| ScanError::ContentEncoding)?.split(',') {
            let name = name.trim().to_ascii_lowercase();
            if name.is_empty() || name == "identity" {
                continue;
            }
            // Chat clients do not encode twice.
            if coding.is_some() || !ACCEPTED.contains(&name.as_str()) {
                return Err(ScanError::ContentEncoding);
            }
            coding = Some(match name.as_str() {
                "gzip" | "x-gzip" => Coding::Gzip,
                "deflate" => Coding::Deflate,
                "br" => Coding::Brotli,
                "zstd" => Coding::Zstd,
                _ => return Err(ScanError::ContentEncoding),
            });
        }
    }
    Ok(coding)
}

/// Decodes a whole body of at most `limit` decoded bytes. An empty body is empty in every encoding.
pub(super) fn decode(coding: Coding, body: &[u8], limit: usize) -> Result<Vec<u8>, ScanError> {
    let mut out = Vec::new();
    if body.is_empty() {
        return Ok(out);
    }
    let mut decoder = Decoder::new(coding);
    let mut input = body;
    loop {
        let more = decoder.step(&mut input, &mut out)?;
        if out.len() > limit {
            return Err(ScanError::TooLarge { limit });
        }
        if !more && input.is_empty() {
            break;
        }
        if !more {
            return Err(ScanError::Malformed);
        }
    }
    while decoder.finish(&mut out)? {
        if out.len() > limit {
            return Err(ScanError::TooLarge { limit });
        }
    }
    if out.len() > limit { Err(ScanError::TooLarge { limit }) } else { Ok(out) }
}

#[cfg(all(test, feature = "compression"))]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &[u8] = b"my card is 3782 822463 10005, hello hello hello";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Encodes with the encoders of the same crate.
    fn encoded(mut codec: impl compression_codecs::EncodeV2, text: &[u8]) -> Vec<u8> {
        use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
        let mut buffer = vec![0; 2 * text.len() + 1000];
        let mut target = WriteBuffer::new_initialized(&mut buffer);
        codec.encode(&mut PartialBuffer::new(text), &mut target).unwrap();
        while !codec.finish(&mut target).unwrap() {}
        let written = target.written_len();
        buffer.truncate(written);
        buffer
    }

    fn brotli(text: &[u8]) -> Vec<u8> {
        encoded(
            compression_codecs::BrotliEncoder::new(compression_codecs::brotli::params::EncoderParams::default()),
            text,
        )
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        encoded(compression_codecs::ZstdEncoder::new(3), text)
    }

    fn all(text: &[u8]) -> Vec<(Coding, Vec<u8>)> {
        vec![
            (Coding::Gzip, gzip(text)),
            (Coding::Deflate, zlib(text)),
            (Coding::Deflate, deflate(text)),
            (Coding::Brotli, brotli(text)),
            (Coding::Zstd, zstd(text)),
        ]
    }

    #[test]
    fn every_encoding_is_decoded_whole_and_byte_by_byte() {
        for text in [TEXT, &[b'x'; 100_000], b""] {
            for (coding, body) in all(text) {
                assert_eq!(decode(coding, &body, 100_000).unwrap(), text, "{coding:?}");
                let mut decoder = Decoder::new(coding);
                let mut out = Vec::new();
                for byte in &body {
                    let mut input = std::slice::from_ref(byte);
                    while decoder.step(&mut input, &mut out).unwrap() {}
                    assert!(input.is_empty());
                }
                while decoder.finish(&mut out).unwrap() {}
                assert_eq!(out, text, "{coding:?} byte by byte");
            }
        }
    }

    #[test]
    fn concatenated_members_are_all_decoded() {
        for (coding, encode) in [(Coding::Gzip, gzip as fn(&[u8]) -> Vec<u8>), (Coding::Zstd, zstd)] {
            let body = [encode(b"one "), encode(b"two")].concat();
            assert_eq!(decode(coding, &body, 100).unwrap(), b"one two");
        }
        assert_eq!(decode(Coding::Brotli, &[brotli(b"a"), brotli(b"b")].concat(), 100), Err(ScanError::Malformed));
    }

    #[test]
    fn a_body_that_expands_beyond_the_limit_is_refused_before_it_fills_the_memory() {
        for (coding, body) in all(&vec![0; 5_000_000]) {
            assert!(body.len() < 50_000);
            assert_eq!(decode(coding, &body, 1000), Err(ScanError::TooLarge { limit: 1000 }), "{coding:?}");
        }
    }

    #[test]
    fn a_truncated_or_corrupt_body_is_refused_at_every_length() {
        for (coding, body) in all(TEXT) {
            for len in 1..body.len() {
                assert!(decode(coding, &body[..len], 1000).is_err(), "{coding:?} cut at {len}");
            }
            let mut rubbish = body.clone();
            rubbish.iter_mut().for_each(|b| *b = b.wrapping_mul(31).wrapping_add(7));
            assert!(decode(coding, &rubbish, 1000).is_err(), "{coding:?}");
        }
    }

    #[test]
    fn unknown_and_repeated_encodings_are_refused() {
        let headers = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static(value));
            coding(&headers)
        };
        assert_eq!(headers("identity"), Ok(None));
        assert_eq!(headers("GZIP"), Ok(Some(Coding::Gzip)));
        assert_eq!(headers("gzip, br"), Err(ScanError::ContentEncoding));
        assert_eq!(headers("compress"), Err(ScanError::ContentEncoding));
    }
}
