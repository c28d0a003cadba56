//! Multipart bodies: text parts are scanned, files that are no text pass.

use std::mem;

use crate::edit::Patch;
use crate::filter::scanner::Scanner;
use crate::filter::{Failure, ascii_charset};
use crate::stream::Redactor;
use crate::wire::multipart::{Headers, MultipartError, Piece, Reader};

/// The parts of a body that are under way.
#[derive(Debug)]
pub(super) struct Parts {
    reader: Reader,
    number: usize,
    part: Part,
}

#[derive(Debug, Default)]
enum Part {
    /// Goes on as it is.
    #[default]
    Pass,
    /// A text of which what is safe goes on at once.
    Text(Box<Redactor>),
    /// A document, held until it is whole.
    Json(Vec<u8>),
}

impl Parts {
    pub(super) fn new(boundary: &str) -> Self {
        Self { reader: Reader::new(boundary), number: 0, part: Part::Pass }
    }

    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        last: bool,
        scanner: &mut Scanner,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        self.reader.push(bytes);
        while let Some(piece) = self.reader.next_piece(last).map_err(|error| match error {
            MultipartError::HeadersTooLong => Failure::TooLarge { limit: crate::wire::multipart::LONGEST_HEADERS },
            MultipartError::CutOff => Failure::Malformed,
        })? {
            match piece {
                Piece::Between(raw) => out.extend_from_slice(&raw),
                Piece::Headers(headers) => {
                    self.number += 1;
                    let limit = scanner.limits.parts;
                    if self.number > limit {
                        return Err(Failure::TooMany { limit });
                    }
                    self.part = part(&headers, scanner)?;
                    out.extend_from_slice(&headers.raw);
                }
                Piece::Body(raw) => match &mut self.part {
                    Part::Pass => out.extend_from_slice(&raw),
                    Part::Text(redactor) => {
                        redactor.push(&raw, out);
                        scanner.blocked |= redactor.is_blocked();
                    }
                    Part::Json(held) => {
                        held.extend_from_slice(&raw);
                        let limit = scanner.limits.hold;
                        if held.len() > limit {
                            return Err(Failure::TooLarge { limit });
                        }
                    }
                },
                Piece::End => match mem::take(&mut self.part) {
                    Part::Pass => {}
                    Part::Text(redactor) => {
                        let finished = redactor.finish(out);
                        scanner.finished(finished);
                    }
                    Part::Json(held) => {
                        let patch: Patch = scanner.whole_document(&held)?;
                        out.extend_from_slice(&patch.apply(&held));
                    }
                },
            }
            if scanner.blocked {
                break;
            }
        }
        Ok(())
    }

    /// Number of bytes that are held back.
    pub(super) fn held(&self) -> usize {
        match &self.part {
            Part::Pass => 0,
            Part::Text(redactor) => redactor.held(),
            Part::Json(held) => held.len(),
        }
    }
}

/// What is done with a part that has these headers.
fn part(headers: &Headers, scanner: &Scanner) -> Result<Part, Failure> {
    let kind = headers.get("content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = essence == "application/json" || essence.ends_with("+json");
    // A multipart body within one is read as the text it is.
    let text = essence.is_empty()
        || ["text/", "multipart/", "message/"].iter().any(|family| essence.starts_with(family))
        || essence.ends_with("+xml")
        || ["application/xml", "application/x-ndjson", "application/x-www-form-urlencoded"].contains(&essence.as_str());
    // A file that is text is text whatever its field is called; a field is text where its name says so.
    let named = headers.name().is_none_or(|name| scanner.shape.is_field(&name));
    if !json && !(text && (named || headers.is_file())) {
        return Ok(Part::Pass);
    }
    let encoding = headers.get("content-transfer-encoding").unwrap_or("binary");
    if !["7bit", "8bit", "binary"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Err(Failure::ContentEncoding);
    }
    if !ascii_charset(kind) {
        return Err(Failure::Charset);
    }
    Ok(if json { Part::Json(Vec::new()) } else { Part::Text(Box::new(scanner.redactor(scanner.role))) })
}
