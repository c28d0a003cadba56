//! Multipart bodies: what is text in them is scanned, files that are no text pass.
//!
//! What a reader of the form could take for a part is seen, whether this one takes it for one or not: what stands outside
//! of all parts is scanned as text, and a body in which two readers could see different parts is refused.

use crate::filter::scanner::Scanner;
use crate::filter::state::State;
use crate::filter::{BodyFormat, ScanError};
use crate::wire::multipart::{Headers, LONGEST_HEADERS, MultipartError, Piece, Reader};

/// The parts of a body that are under way.
#[derive(Debug)]
pub(super) struct Parts {
    reader: Reader,
    number: usize,
    /// The part that is under way, or what stands outside of all; `None` where it passes.
    part: Option<Box<State>>,
}

impl Parts {
    pub(super) fn new(boundary: &str) -> Self {
        Self { reader: Reader::new(boundary), number: 0, part: None }
    }

    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        last: bool,
        scanner: &mut Scanner,
        out: &mut Vec<u8>,
    ) -> Result<(), ScanError> {
        self.reader.push(bytes);
        while let Some(piece) = self.reader.next_piece(last).map_err(|error| match error {
            MultipartError::HeadersTooLong => ScanError::TooLarge { limit: LONGEST_HEADERS },
            MultipartError::CutOff => ScanError::Malformed,
        })? {
            match piece {
                // Blanks there are usual, and no message.
                Piece::Outside(raw) if self.part.is_none() && raw.iter().all(u8::is_ascii_whitespace) => {
                    out.extend_from_slice(&raw);
                }
                Piece::Outside(raw) => {
                    let text = self.part.get_or_insert_with(|| Box::new(State::new(BodyFormat::Text)));
                    text.push(&raw, scanner, out)?;
                }
                Piece::Delimiter(raw) => {
                    // What stands before the first delimiter ends here.
                    self.end(scanner, out)?;
                    out.extend_from_slice(&raw);
                }
                Piece::Headers(headers) => {
                    self.number += 1;
                    let limit = scanner.limits.parts;
                    if self.number > limit {
                        return Err(ScanError::TooMany { limit });
                    }
                    self.part = part(&headers, scanner)?.map(Box::new);
                    out.extend_from_slice(&headers.raw);
                }
                Piece::Body(raw) => match &mut self.part {
                    Some(part) => part.push(&raw, scanner, out)?,
                    None if self.reader.is_doubtful() => return Err(ScanError::Malformed),
                    None => out.extend_from_slice(&raw),
                },
                Piece::End => self.end(scanner, out)?,
            }
            if scanner.blocked {
                return Ok(());
            }
        }
        if last {
            // Whoever sent it had something else in mind than what its content type says.
            let nothing = self.reader.is_before_first() && self.part.is_some();
            self.end(scanner, out)?;
            if nothing {
                return Err(ScanError::Malformed);
            }
        }
        Ok(())
    }

    /// Number of bytes that are held back.
    pub(super) fn held(&self) -> usize {
        self.part.as_ref().map_or(0, |part| part.held())
    }

    fn end(&mut self, scanner: &mut Scanner, out: &mut Vec<u8>) -> Result<(), ScanError> {
        match self.part.take() {
            Some(part) => part.finish(scanner, out),
            None => Ok(()),
        }
    }
}

/// How a part that has these headers is scanned; `None` where it passes.
fn part(headers: &Headers, scanner: &Scanner) -> Result<Option<State>, ScanError> {
    if headers.is_ambiguous() {
        return Err(ScanError::Malformed);
    }
    let content_type = headers.get("content-type").unwrap_or_default();
    let format = match scanner.types.format(content_type) {
        // A multipart body within one is read as the text it is, whatever its boundary.
        Ok(Some(BodyFormat::Multipart { .. })) | Err(ScanError::Malformed) => Some(BodyFormat::Text),
        format => format?,
    };
    // A file that is text is text whatever its field is called. A field is text where its name says so, whatever type it
    // claims to have: that is how the service will read it.
    let file = headers.is_file();
    let named = headers.name().is_none_or(|name| scanner.shape.is_field(&name));
    let part = match format {
        Some(format) if file || named => State::new(format),
        Some(BodyFormat::Json) => State::new(BodyFormat::Json),
        Some(_) => State::field(),
        None if named && !file => State::new(BodyFormat::Text),
        None => return Ok(None),
    };
    let encoding = headers.get("content-transfer-encoding").unwrap_or("binary");
    if !["7bit", "8bit", "binary"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Err(ScanError::ContentEncoding);
    }
    Ok(Some(part))
}
