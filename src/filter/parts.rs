//! Splits a multipart body into its parts and decides how each is scanned.
//!
//! Anything that a reader of the form could take for a part is scanned: bytes outside all parts are scanned as text,
//! and a body in which two readers could see different parts is rejected.

use crate::filter::scanner::Scanner;
use crate::filter::{BodyFormat, ScanError};
use crate::wire::multipart::{Headers, LONGEST_HEADERS, MultipartError, Piece, Reader};

/// The state of a multipart body.
#[derive(Debug)]
pub(super) struct Parts {
    reader: Reader,
    /// The number of parts so far.
    number: usize,
    /// A part that is scanned, or text outside all parts, is open.
    open: bool,
    /// The open part passes unscanned and has not been counted.
    uncounted: bool,
}

/// What to do with the next bytes of a body.
#[derive(Debug)]
pub(super) enum Step {
    /// Send these bytes unchanged.
    Copy(Vec<u8>),
    /// Send the headers of a part and open it. `None` means that the part is sent unchanged.
    Begin(Vec<u8>, Option<PartFormat>),
    /// Scan these bytes in the open part, or as text outside all parts.
    Scan(Vec<u8>),
    /// End the open part, if there is one, and send these bytes unchanged.
    End(Vec<u8>),
}

/// How a part is scanned.
#[derive(Debug)]
pub(super) enum PartFormat {
    /// As a body in this format.
    Body(BodyFormat),
    /// As a form field that is not text: only a JSON document in it is scanned.
    Field,
}

impl Parts {
    pub(super) fn new(boundary: &str) -> Self {
        Self { reader: Reader::new(boundary), number: 0, open: false, uncounted: false }
    }

    /// Appends the next bytes of the body.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
    }

    /// Returns the next step, or `None` if more bytes are needed or, with `last`, at the end of the body.
    pub(super) fn next(&mut self, last: bool, scanner: &Scanner) -> Result<Option<Step>, ScanError> {
        let piece = self.reader.next_piece(last).map_err(|error| match error {
            MultipartError::HeadersTooLong => ScanError::TooLarge { limit: LONGEST_HEADERS },
            MultipartError::CutOff => ScanError::Malformed,
        })?;
        Ok(Some(match piece {
            // Blanks between parts are common and are not a message.
            Some(Piece::Outside(raw)) if !self.open && raw.iter().all(u8::is_ascii_whitespace) => Step::Copy(raw),
            Some(Piece::Outside(raw)) => {
                self.open = true;
                Step::Scan(raw)
            }
            Some(Piece::Delimiter(raw)) => {
                self.open = false;
                Step::End(raw)
            }
            Some(Piece::Headers(headers)) => {
                self.number += 1;
                let limit = scanner.limits.parts;
                if self.number > limit {
                    return Err(ScanError::TooMany { limit });
                }
                let format = format(&headers, scanner)?;
                self.open = format.is_some();
                self.uncounted = format.is_none();
                Step::Begin(headers.raw, format)
            }
            Some(Piece::Body(raw)) if self.open => Step::Scan(raw),
            Some(Piece::Body(_)) if self.reader.is_doubtful() => return Err(ScanError::Malformed),
            Some(Piece::Body(raw)) => {
                // A form field for a file has an empty part if no file was chosen.
                if self.uncounted && !raw.is_empty() {
                    self.uncounted = false;
                    scanner.report.pass_binary();
                }
                Step::Copy(raw)
            }
            Some(Piece::End) => {
                self.open = false;
                Step::End(Vec::new())
            }
            // Text without a delimiter: the content type is wrong.
            None if last && self.open && self.reader.is_before_first() => return Err(ScanError::Malformed),
            None => return Ok(None),
        }))
    }
}

/// Returns how a part with these headers is scanned, or `None` if it is sent unchanged.
fn format(headers: &Headers, scanner: &Scanner) -> Result<Option<PartFormat>, ScanError> {
    if headers.is_ambiguous() {
        return Err(ScanError::Malformed);
    }
    let content_type = headers.get("content-type").unwrap_or_default();
    let format = match scanner.types.format(content_type) {
        // A multipart body within a part is scanned as text, whatever its boundary.
        Ok(Some(BodyFormat::Multipart { .. })) | Err(ScanError::Malformed) => Some(BodyFormat::Text),
        format => format?,
    };
    // A text file is text whatever the name of its field. A field with the name of a text is text whatever its content
    // type, because the service will read it as text.
    let file = headers.is_file();
    let named = headers.name().is_none_or(|name| scanner.shape.is_field(&name));
    let format = match format {
        Some(BodyFormat::Sniff) if named && !file => PartFormat::Body(BodyFormat::Text),
        Some(format) if file || named => PartFormat::Body(format),
        Some(BodyFormat::Json) => PartFormat::Body(BodyFormat::Json),
        Some(_) => PartFormat::Field,
        None if named && !file => PartFormat::Body(BodyFormat::Text),
        None => return Ok(None),
    };
    let encoding = headers.get("content-transfer-encoding").unwrap_or("binary");
    if !["7bit", "8bit", "binary"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Err(ScanError::ContentEncoding);
    }
    Ok(Some(format))
}
