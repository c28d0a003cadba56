//! Scans a complete body in bounded steps, so that a large one does not block its thread for other tasks.
//!
//! The texts of a document and the fields of a form are scanned one after the other. A longer text is scanned in chunks
//! by a [`StreamRedactor`]. Between two steps the future is pending once and wakes itself.
//!
//! Each pass has a twin that does the same at once. Change both: `document_pass` is `Scanner::texts` and
//! `Scanner::fields`, `html` is `Scanner::html`, and `loose` and `form_pass` are `loose` and `fields` in `state.rs`.

use std::borrow::Cow;
use std::future::poll_fn;
use std::task::Poll;

use crate::chat::{ChatTexts, Continuity, Spelling, Text};
use crate::edit::{Edit, Patch};
use crate::filter::scanner::{cells, in_order, loose_patch, overlaps_one_of, stands_in_markup, untie};
use crate::filter::state::{Way, form_fields, is_document_form, shifted, without_mark};
use crate::filter::{Filter, Filtered, ScanError, events};
use crate::json::{self, Tree, Value, ValueKind};
use crate::message::Role;
use crate::report::Finding;
use crate::span::Span;
use crate::stream::{Finished, StreamRedactor};
use crate::wire::{html, ndjson};

/// The number of bytes that are scanned before other tasks get a turn. A text that is not longer is not split.
pub(crate) const STEP: usize = 32 * 1024;

/// Counts the bytes scanned since other tasks had a turn.
#[derive(Debug, Default)]
pub(crate) struct Pace(usize);

impl Pace {
    /// Counts `bytes`, and yields to other tasks if there were enough.
    pub(crate) async fn spend(&mut self, bytes: usize) {
        self.0 += bytes;
        if self.0 < STEP {
            return;
        }
        self.0 = 0;
        let mut waited = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Filter {
    /// Scans a complete body as [`whole`](Self::whole) does, in steps of about [`STEP`] bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be scanned.
    pub(crate) async fn whole_in_steps(mut self, body: &[u8]) -> Result<Filtered<'_>, ScanError> {
        if body.len() <= STEP || body.len() > self.scanner.limits.hold {
            return self.whole(body);
        }
        let mut pace = Pace::default();
        let way = self.step(|filter| filter.state.way(body, &filter.scanner))?;
        let patch = match way {
            None | Some(Way::Nothing) => return self.whole(body),
            Some(Way::Loose) => self.loose(body, &mut pace).await?,
            Some(Way::Pieces | Way::Text) => return self.pieces(body, &mut pace).await,
            Some(Way::Form) if !is_document_form(body, &self.scanner) => self.form(body, &mut pace).await?,
            Some(Way::Document | Way::Form) => self.document(body, &mut pace).await?,
            Some(Way::Html) => self.html(body, &mut pace).await?,
        };
        let report = self.report();
        if !self.is_blocked() {
            report.complete();
        }
        Ok(Filtered { body: patch.apply(body), report, conversation: self.into_conversation() })
    }

    /// Does one step. Returns `None` if the body is blocked.
    fn step<T>(&mut self, scan: impl FnOnce(&mut Self) -> Result<T, ScanError>) -> Result<Option<T>, ScanError> {
        let mut result = None;
        self.guard(&mut Vec::new(), |filter, _| {
            result = Some(scan(filter)?);
            Ok(())
        })?;
        Ok(result)
    }

    async fn pieces<'b>(mut self, body: &'b [u8], pace: &mut Pace) -> Result<Filtered<'b>, ScanError> {
        let report = self.report();
        let mut out = Vec::new();
        for piece in body.chunks(STEP) {
            self.push(piece, &mut out)?;
            pace.spend(piece.len()).await;
        }
        self.finish(&mut out)?;
        let body = if out == body { Cow::Borrowed(body) } else { Cow::Owned(out) };
        Ok(Filtered { body, report, conversation: self.into_conversation() })
    }

    async fn document(&mut self, body: &[u8], pace: &mut Pace) -> Result<Patch, ScanError> {
        let span = ndjson::document(body);
        let raw = &body[span.range()];
        let start = self.scanner.first_pass();
        let mut patch = self.document_pass(raw, pace).await?;
        if start.is_some_and(|start| self.scanner.second_pass(start, true)) {
            patch = self.document_pass(raw, pace).await?;
            self.scanner.end_second_pass();
        }
        let patch = self.step(|filter| events::across(raw, patch, &mut filter.scanner))?;
        Ok(shifted(&patch.unwrap_or_default(), span.start))
    }

    async fn document_pass(&mut self, raw: &[u8], pace: &mut Pace) -> Result<Patch, ScanError> {
        let Ok(tree) = Tree::parse(raw, self.scanner.limits.depth) else {
            return Ok(self.step(|filter| filter.scanner.document_patch(raw))?.unwrap_or_default());
        };
        let reading = self.step(|filter| Ok(filter.scanner.read(tree.root())))?;
        let Some(reading): Option<ChatTexts> = reading else { return Ok(Patch::default()) };
        self.scanner.note_skipped(&tree, &reading);
        let mut edits = Vec::new();
        let mut changed = Vec::with_capacity(reading.texts.len());
        for text in &reading.texts {
            let mut of_text = Vec::new();
            if let Some(value) = tree.value(text.value) {
                of_text = match long_text(value, text).filter(|_| reading.label(text.value).is_none()) {
                    Some(decoded) => {
                        let role = text.role.unwrap_or(self.scanner.role);
                        let patch = self.message(&decoded.bytes, role, None, pace).await?;
                        json::string_edits(&patch, &decoded.alignment, value.span().start + 1)
                    }
                    None => self
                        .step(|filter| filter.scanner.labeled_text(&tree, &reading, value, text))?
                        .unwrap_or_default(),
                };
                pace.spend(value.span().len()).await;
            }
            changed.push(!of_text.is_empty());
            edits.extend(of_text);
        }
        edits.extend(untie(&tree, &reading, &changed));
        for (value, scan) in reading.fields.iter().filter_map(|field| Some((tree.value(field.value)?, field.scan))) {
            let scanned = |filter: &mut Self| filter.scanner.labeled_field(&tree, &reading, value, scan);
            edits.extend(self.step(scanned)?.unwrap_or_default());
            pace.spend(value.span().len()).await;
        }
        Ok(Patch::new(in_order(edits)))
    }

    async fn form(&mut self, body: &[u8], pace: &mut Pace) -> Result<Patch, ScanError> {
        let start = self.scanner.first_pass();
        let mut patch = self.form_pass(body, pace).await?;
        if start.is_some_and(|start| self.scanner.second_pass(start, true)) {
            patch = self.form_pass(body, pace).await?;
            self.scanner.end_second_pass();
        }
        Ok(patch)
    }

    async fn form_pass(&mut self, body: &[u8], pace: &mut Pace) -> Result<Patch, ScanError> {
        let mut edits = Vec::new();
        for field in form_fields(body, &self.scanner) {
            edits.extend(self.step(|filter| field.edits(&mut filter.scanner))?.unwrap_or_default());
            pace.spend(field.length).await;
        }
        Ok(Patch::new(in_order(edits)))
    }

    async fn loose(&mut self, body: &[u8], pace: &mut Pace) -> Result<Patch, ScanError> {
        let mark = body.len() - without_mark(body).len();
        let (text, role, nesting) = (&body[mark..], self.scanner.role, self.scanner.limits.nesting);
        let patch = match Tree::parse(text, self.scanner.limits.depth) {
            Ok(tree) => {
                let nesting = nesting.checked_sub(1).ok_or(ScanError::TooDeep { limit: nesting })?;
                let values = |filter: &mut Self| filter.scanner.values_of(tree.root(), None, false, nesting);
                let Some(values) = self.step(values)? else { return Ok(Patch::default()) };
                let spans = values.spans();
                let patch = match spans.is_empty() {
                    true => Patch::default(),
                    false => self.message(&values.text, role, Some(&spans), pace).await?,
                };
                Patch::new(values.edits(&patch))
            }
            Err(_) => {
                let decoded = json::decode(text);
                let patch = self.message(&decoded.bytes, role, None, pace).await?;
                loose_patch(text, &decoded, patch)
            }
        };
        // Keys are part of the text.
        let patch = self.with_numbers(text, role, patch, |_| true, pace).await?;
        Ok(shifted(&patch, mark))
    }

    async fn html(&mut self, body: &[u8], pace: &mut Pace) -> Result<Patch, ScanError> {
        let text = html::text(body);
        let role = self.scanner.role;
        let patch = self.message(&text.bytes, role, None, pace).await?;
        let patch = html::patch(body, &text, &patch);
        let mut edits = patch.edits().to_vec();
        for aside in self.scanner.asides(body).into_iter().chain(cells(body, &patch)) {
            edits.extend(self.step(|filter| filter.scanner.aside(body, aside))?.unwrap_or_default());
            pace.spend(aside.0.len()).await;
        }
        let patch = Patch::new(in_order(edits));
        self.with_numbers(body, role, patch, |finding| stands_in_markup(body, finding), pace).await
    }

    /// Adds edits to the patch on the last message, for the numbers in its source that count. The source is scanned in the
    /// conversation before the message.
    async fn with_numbers(
        &mut self,
        source: &[u8],
        role: Role,
        patch: Patch,
        counts: impl Fn(&Finding) -> bool,
        pace: &mut Pace,
    ) -> Result<Patch, ScanError> {
        let all = StreamRedactor::new(self.scanner.engine.clone(), self.scanner.before.clone(), role);
        let Some((mut finished, edits)) = self.text(all, source, pace).await? else { return Ok(patch) };
        finished.findings.retain(counts);
        let all = Patch::new(in_order(edits));
        let patch = self.step(|filter| Ok(filter.scanner.with_found_numbers(&patch, &finished.findings, &all)))?;
        Ok(patch.unwrap_or_default())
    }

    /// Scans a message piece by piece and returns the patch on it. Only `spans`, if given, can be changed.
    async fn message(
        &mut self,
        text: &[u8],
        role: Role,
        spans: Option<&[Span]>,
        pace: &mut Pace,
    ) -> Result<Patch, ScanError> {
        let redactor = self.scanner.redactor(role);
        let Some((mut finished, mut edits)) = self.text(redactor, text, pace).await? else {
            return Ok(Patch::default());
        };
        if let Some(spans) = spans {
            finished.findings.retain(|finding| overlaps_one_of(spans, finding.span));
            edits.retain(|edit| overlaps_one_of(spans, edit.span));
        }
        let patch = self.step(|filter| Ok(filter.scanner.finished_message(role, finished, edits)))?;
        Ok(patch.unwrap_or_default())
    }

    /// Scans a text piece by piece. Returns `None` if the body is blocked.
    async fn text(
        &mut self,
        redactor: StreamRedactor,
        text: &[u8],
        pace: &mut Pace,
    ) -> Result<Option<(Finished, Vec<Edit>)>, ScanError> {
        let mut redactor = redactor.recording_edits();
        let mut out = Vec::new();
        for piece in text.chunks(STEP / 4) {
            let pushed = self.step(|_| {
                redactor.push(piece, &mut out);
                Ok(())
            })?;
            if pushed.is_none() {
                return Ok(None);
            }
            out.clear();
            pace.spend(piece.len()).await;
        }
        self.step(|_| Ok(redactor.finish_with_edits(&mut out)))
    }
}

/// Returns the decoded text of a value if it must be scanned in chunks: it is a long string and not a document.
fn long_text<'t>(value: Value<'t>, text: &Text) -> Option<json::Decoded<'t>> {
    let is_long = value.kind() == ValueKind::String && value.span().len() > STEP;
    if !is_long || text.spelling != Spelling::Plain || text.part == Continuity::Repeat {
        return None;
    }
    value.text().filter(|decoded| !matches!(decoded.bytes.trim_ascii().first(), Some(b'{' | b'[')))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;
    use crate::engine::Engine;
    use crate::filter::BodyFormat;

    const SECRET: &str = "my card is 3782 822463 10005, ";
    const MASKED: &str = "my card is **** ****** *0005, ";

    /// Scans a body in steps. Returns the output, the number of findings, and the number of polls.
    fn in_steps(format: BodyFormat, body: &str) -> (Vec<u8>, u64, usize) {
        let filter = Filter::new(Engine::default(), format);
        let mut future = pin!(filter.whole_in_steps(body.as_bytes()));
        let mut context = Context::from_waker(Waker::noop());
        for polls in 1.. {
            if let Poll::Ready(filtered) = future.as_mut().poll(&mut context) {
                let filtered = filtered.unwrap();
                assert!(filtered.report.is_complete());
                return (filtered.body.into_owned(), filtered.report.total(), polls);
            }
        }
        unreachable!()
    }

    fn text(bytes: usize, secret: &str) -> String {
        let chatter = "so I told them about the order and they said fine. ".repeat(20);
        let mut text = String::new();
        while text.len() < bytes {
            text += secret;
            text += &chatter;
        }
        text
    }

    #[test]
    fn a_large_body_is_scanned_in_many_polls_and_masked_everywhere() {
        const SIZE: usize = 512 * 1024;
        let list = |secret: &str| {
            let message = format!("{{\"role\":\"customer\",\"text\":\"{}\"}}", text(1_000, secret));
            format!("[{}]", vec![message; SIZE / 1_200].join(","))
        };
        let string = |secret: &str| format!("{{\"text\":\"{}\"}}", text(SIZE, secret));
        let page = |secret: &str| format!("<p>{}</p>", text(SIZE, secret));
        let form = |secret: &str| {
            let field = format!("text={}", text(1_000, secret).replace(' ', "+"));
            vec![field; SIZE / 1_200].join("&")
        };
        let lines = |secret: &str| format!("{{\"text\":\"{}\"}}\n", text(1_000, secret)).repeat(SIZE / 1_200);
        type Make<'m> = &'m dyn Fn(&str) -> String;
        let invalid = |secret: &str| format!("{{\"text\": \"{}", text(SIZE, secret));
        let all: [(BodyFormat, Make<'_>); 8] = [
            (BodyFormat::Json, &list),
            (BodyFormat::Json, &string),
            (BodyFormat::Text, &|secret| text(SIZE, secret)),
            // Texts that start like JSON.
            (BodyFormat::Text, &list),
            (BodyFormat::Text, &invalid),
            (BodyFormat::Html, &page),
            (BodyFormat::Form, &form),
            (BodyFormat::Ndjson, &lines),
        ];
        for (format, make) in all {
            let (body, expected) = (make(SECRET), make(MASKED));
            let (out, found, polls) = in_steps(format.clone(), &body);
            let expected = if format == BodyFormat::Form { expected.replace(',', "%2C") } else { expected };
            let out = String::from_utf8(out).unwrap();
            let out = if format == BodyFormat::Form { out.replace(',', "%2C") } else { out };
            assert!(out == expected, "{format:?}");
            let whole = Filter::new(Engine::default(), format.clone()).whole(body.as_bytes()).unwrap();
            assert_eq!(found, whole.report.total(), "{format:?}");
            assert!(polls >= body.len() / STEP / 2, "{format:?}: {polls} polls for {} bytes", body.len());
        }
    }

    #[test]
    fn scanning_in_steps_gives_the_same_result_as_scanning_at_once() {
        let filler = text(2_000, "");
        let message = |text: &str| format!("{{\"role\":\"customer\",\"text\":\"{text}\"}}");
        let many = vec![message(&filler); 30].join(",");
        // The second half reveals what the first one was, long before it.
        let halves = format!("[{many},{},{},{many}]", message("my card is 4539 5787"), message("6362 1486"));
        let asked = format!("[{many},{{\"role\":\"agent\",\"text\":\"What is your PIN?\"}},{}]", message("4821"));
        let invalid = format!("[{many},{}", message("4539 5787 6362 1486"));
        // Fields next to the messages, with and without a label.
        let fields = "\"card\":{\"number\":\"4539578763621486\",\"cvv\":123},\"ssn\":\"219099999\",\"note\":\"call me back at home, \
                      the pin is 4821\",\"ref\":\"4539578763621486\",\"x\":\"{\\\"pin\\\":\\\"4821\\\",\\\"y\\\":\\\"4539 5787 6362 1486\\\"}\"";
        let labeled = format!("{{{fields},\"messages\":[{many}]}}");
        let labeled_form = format!(
            "card_number=4539578763621486&cvv=123&ref=4539578763621486&x=4539+5787+6362+1486&text={filler}&pin=4821"
        );
        let form = |texts: [&str; 2]| format!("text={}&text={}&id=7&text={}", texts[0], texts[1], filler.repeat(30));
        for (format, body) in [
            (BodyFormat::Json, halves.clone()),
            (BodyFormat::Sniff, halves.clone()),
            (BodyFormat::Json, asked.clone()),
            (BodyFormat::Json, format!("\u{feff}{asked}")),
            (BodyFormat::Json, invalid.clone()),
            (BodyFormat::Text, invalid),
            (BodyFormat::Text, halves.clone()),
            (BodyFormat::Text, format!("\u{feff}{}", labeled.replace("\"note\"", "\"4539 5787 6362 1486\""))),
            (BodyFormat::Json, labeled.clone()),
            (BodyFormat::Sniff, labeled),
            (BodyFormat::Form, labeled_form.replace(&filler, &filler.repeat(30))),
            (BodyFormat::Form, form(["my+card+is+4539+5787", "6362+1486"])),
            (BodyFormat::Form, asked),
        ] {
            assert!(body.len() > STEP);
            let whole = Filter::new(Engine::default(), format.clone()).whole(body.as_bytes()).unwrap();
            let (out, found, _) = in_steps(format.clone(), &body);
            assert!(out == *whole.body, "{format:?}");
            assert_ne!(out, body.as_bytes(), "{format:?}");
            assert_eq!(found, whole.report.total(), "{format:?}");
        }
    }

    #[test]
    fn a_small_body_is_scanned_in_one_poll() {
        let (out, found, polls) = in_steps(BodyFormat::Text, SECRET);
        assert_eq!((out.as_slice(), found, polls), (MASKED.as_bytes(), 1, 1));
    }
}
