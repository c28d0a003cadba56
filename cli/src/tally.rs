//! The counts of a run, and its warnings.

use std::collections::BTreeMap;

use lastfour::{Action, Engine, Entity, FindingKind, Role};

use crate::report::{FileReport, FindingReport, SpeakerReport};
use crate::transcript::Trouble;
use crate::transcript::interpret::Candidates;
use crate::transcript::session::{Done, Roles};
use crate::wording::{self, count, group, quoted, shown};

/// The counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: u64,
    /// The number of files that could not be read or written.
    pub(crate) failed: u64,
    pub(crate) changed: u64,
    pub(crate) messages: u64,
    pub(crate) findings: u64,
    /// The secrets that are masked, without expiry dates.
    by_entity: BTreeMap<Entity, u64>,
    /// Secrets that the policy only flags.
    flagged: u64,
    expiries: u64,
    /// Questions that ask for a secret.
    questions: u64,
}

/// What is known about one file, for the warnings and the report.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Whether it holds anything but blanks.
    has_content: bool,
    formats: Vec<&'static str>,
    messages: u64,
    /// The number of findings of each kind, ordered by first occurrence.
    findings: Vec<((Entity, FindingKind, Action), u64)>,
    speakers: BTreeMap<(Option<String>, &'static str), u64>,
    /// Members of an archive that were not read.
    left: Vec<String>,
    malformed: u64,
    first_malformed: u64,
    too_long: u64,
    unread: u64,
    packed: u64,
    without_field: u64,
    recalled: Vec<u64>,
    /// The number of messages by speakers whose role is unknown, and the names of these speakers.
    without_role: u64,
    names: Vec<String>,
    guessed: Vec<(String, Role)>,
    /// Fields that may name the conversation or the speaker.
    candidates: Candidates,
}

/// The maximum number of lines and members in a warning.
const NAMED: usize = 5;

/// The maximum number of speakers in a warning.
const MOST_NAMES: usize = 6;

impl Tally {
    /// Counts a record.
    pub(crate) fn add(&mut self, record: &Done) {
        self.messages += record.messages;
        for found in record.found.iter().filter(|found| !found.copy && found.finding.action != Action::Allow) {
            let finding = &found.finding;
            self.findings += 1;
            // In a transcript, `block` acts like `mask`. A question has nothing to mask.
            match finding.kind {
                FindingKind::Solicitation => self.questions += 1,
                _ if finding.action == Action::Flag => self.flagged += 1,
                FindingKind::Expiry => self.expiries += 1,
                _ => *self.by_entity.entry(finding.entity).or_default() += 1,
            }
        }
    }

    /// Returns the number of secrets that were masked, or are to be masked.
    pub(crate) fn masked(&self) -> u64 {
        self.by_entity.values().sum::<u64>() + self.expiries
    }

    /// Returns the summary of the run, such as `2 transcripts, 40 messages, 4 findings: 3 secrets masked (2 card, 1 pin);
    /// 1 question for a secret`. `masked` says what happens to the secrets.
    pub(crate) fn summary(&self, masked: &str) -> String {
        let mut kinds: Vec<String> =
            self.by_entity.iter().map(|(entity, n)| format!("{} {entity}", group(*n))).collect();
        if self.expiries > 0 {
            kinds.push(count(self.expiries, "expiry date"));
        }
        let parts = [
            (self.masked(), "secret", format!(" {masked} ({})", kinds.join(", "))),
            (self.flagged, "secret", " flagged, not masked".to_owned()),
            (self.questions, "question", " for a secret".to_owned()),
        ];
        let parts = parts.into_iter().filter(|(n, ..)| *n > 0);
        let parts: Vec<String> = parts.map(|(n, what, rest)| count(n, what) + &rest).collect();
        let failed = match self.failed {
            0 => String::new(),
            n => format!("; {} failed", count(n, "file")),
        };
        if self.files == 0 && self.failed > 0 {
            return format!("nothing was read{failed}");
        }
        let (files, messages) = (count(self.files, "transcript"), count(self.messages, "message"));
        let findings = count(self.findings, "finding");
        let colon = if parts.is_empty() { "" } else { ": " };
        format!("{files}, {messages}, {findings}{colon}{}{failed}", parts.join("; "))
    }
}

impl Account {
    /// Records the format of the file, or of one of its members.
    pub(crate) fn format(&mut self, format: &'static str) {
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
    }

    /// Records a member that is not read.
    pub(crate) fn leave(&mut self, member: &str) {
        self.left.push(wording::name(member));
    }

    /// Returns whether everything was read: no member of an archive and no archive in a mail was skipped.
    pub(crate) fn is_complete(&self) -> bool {
        self.left.is_empty() && self.packed == 0
    }

    /// Returns whether everything was valid in its format, with known roles and text fields.
    pub(crate) fn is_flawless(&self) -> bool {
        let flaws = self.malformed + self.too_long + self.unread + self.without_field + self.without_role;
        flaws == 0 && self.is_complete() && self.recalled.is_empty() && self.candidates.conversation.is_empty()
    }

    /// Counts a record.
    pub(crate) fn add(&mut self, record: &Done) {
        self.has_content |= !record.raw.trim_ascii().is_empty();
        self.messages += record.messages;
        for found in record.found.iter().filter(|found| !found.copy) {
            let finding = &found.finding;
            let kind = (finding.entity, finding.kind, finding.action);
            match self.findings.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => *count += 1,
                None => self.findings.push((kind, 1)),
            }
        }
        match record.trouble {
            Some(Trouble::TooLong) => self.too_long += 1,
            Some(Trouble::Unread) => self.unread += 1,
            Some(Trouble::Packed) => self.packed += 1,
            Some(Trouble::NoField) => self.without_field += 1,
            Some(_) => {
                self.malformed += 1;
                if self.malformed == 1 {
                    self.first_malformed = record.line;
                }
            }
            None => {}
        }
        for line in record.found.iter().flat_map(|found| &found.recall) {
            if !self.recalled.contains(line) {
                self.recalled.push(*line);
            }
        }
    }

    /// Records what is known about the speakers. Their names come from the transcript, so `engine` redacts them.
    pub(crate) fn roles(&mut self, roles: Roles, engine: &Engine) {
        self.without_role += roles.unknown;
        // If most lines have no speaker, they are not notices among messages.
        let messages: u64 = roles.speakers.values().sum();
        if roles.notices * 2 > messages {
            self.without_role += roles.notices;
        }
        let candidates = [
            (&mut self.candidates.conversation, roles.candidates.conversation),
            (&mut self.candidates.speaker, roles.candidates.speaker),
        ];
        for (known, names) in candidates {
            for name in names.iter().map(|name| shown(name, engine)) {
                if known.len() < NAMED && !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        let add = |names: &mut Vec<String>, name: &str| {
            let name = shown(name, engine);
            if names.len() < MOST_NAMES && !names.contains(&name) {
                names.push(name);
            }
        };
        roles.names.iter().for_each(|name| add(&mut self.names, name));
        for (name, role) in &roles.guessed {
            let name = shown(name, engine);
            if self.guessed.len() < MOST_NAMES && !self.guessed.iter().any(|(known, _)| *known == name) {
                self.guessed.push((name, *role));
            }
        }
        for ((name, role), messages) in roles.speakers {
            *self.speakers.entry((name.map(|name| shown(&name, engine)), role.as_str())).or_default() += messages;
        }
    }

    /// Returns the report of the file, without what concerns the output.
    pub(crate) fn report(&self, file: &str) -> FileReport {
        let speakers = self.speakers.iter();
        let findings = self.findings.iter();
        FileReport {
            file: file.to_owned(),
            formats: self.formats.clone(),
            messages: self.messages,
            speakers: speakers
                .map(|((name, role), messages)| SpeakerReport { name: name.clone(), role, messages: *messages })
                .collect(),
            findings: findings
                .map(|((entity, kind, action), count)| FindingReport {
                    entity: entity.to_string(),
                    kind: *kind,
                    action: action.as_str(),
                    count: *count,
                })
                .collect(),
            skipped: self.left.clone(),
            warnings: self.warnings(file),
            notes: self.notes(file),
            ..FileReport::default()
        }
    }

    /// Returns the notes, one line each.
    pub(crate) fn notes(&self, name: &str) -> Vec<String> {
        if !self.has_content {
            return vec![format!("{name}: it is empty, so nothing was read")];
        }
        if self.guessed.is_empty() {
            return Vec::new();
        }
        let role = |(name, role): &(String, Role)| format!("--role {}", quoted(&format!("{name}={role}")));
        let roles: Vec<String> = self.guessed.iter().map(role).collect();
        vec![format!("{name}: roles were guessed; to set them, use {}", roles.join(" "))]
    }

    /// Returns the warnings, one line each.
    pub(crate) fn warnings(&self, name: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if self.malformed > 0 {
            lines.push(format!(
                "{name}: {} not valid in the format of the file and scanned as text; the first is in line {}",
                if self.malformed == 1 {
                    "1 record was".into()
                } else {
                    format!("{} records were", group(self.malformed))
                },
                self.first_malformed
            ));
        }
        if self.too_long > 0 {
            lines.push(format!(
                "{name}: {} longer than 8 MiB and scanned in pieces",
                if self.too_long == 1 { "1 value was".into() } else { format!("{} values were", group(self.too_long)) },
            ));
        }
        if self.unread > 0 {
            lines.push(format!(
                "{name}: {} that {} not text, such as a picture or a document: it was not read; redact it where it comes from",
                if self.unread == 1 { "1 record holds something".into() } else { format!("{} records hold something", group(self.unread)) },
                "is",
            ));
        }
        if self.packed > 0 {
            let has = if self.packed == 1 {
                "1 record has an archive"
            } else {
                &format!("{} records have archives", group(self.packed))
            };
            lines.push(format!(
                "{name}: {has} or a compressed file attached, which was not read and left as before; secrets in it are not \
                 masked: save it, and redact it as a file",
            ));
        }
        if self.without_field > 0 {
            lines.push(format!(
                "{name}: no known text field in {}: each value in {} was scanned on its own, without its conversation; \
                 name the fields with --text-field, --role-field and --conversation-field",
                count(self.without_field, "record"),
                if self.without_field == 1 { "it" } else { "them" },
            ));
        }
        if self.without_role > 0 {
            let who = match self.names.as_slice() {
                [] if self.formats == ["text"] => {
                    "no speakers are named; begin each message with its speaker, as in 'Agent: hello'".to_owned()
                }
                [] => format!(
                    "no speakers are named; name their field with --role-field{}",
                    candidates(&self.candidates.speaker)
                ),
                names => format!(
                    "speakers seen: {}; name their roles, as in --role {}",
                    names.join(", "),
                    quoted(&format!("{}=agent", names[0]))
                ),
            };
            lines.push(format!(
                "{name}: the role of the speaker is not known in {}: a question was answered by whoever came next; {who}",
                count(self.without_role, "message")
            ));
        }
        if !self.candidates.conversation.is_empty() {
            lines.push(format!(
                "{name}: no field names the conversation, so the file was read as one; if it has several, use \
                 --conversation-field{}",
                candidates(&self.candidates.conversation)
            ));
        }
        if !self.left.is_empty() {
            let named: Vec<&str> = self.left.iter().take(NAMED).map(String::as_str).collect();
            let more = if self.left.len() > NAMED { " and others" } else { "" };
            lines.push(format!(
                "{name}: {} not read and left as before: {}{more}; secrets in it are not masked",
                count(self.left.len() as u64, "member"),
                named.join(", ")
            ));
        }
        if !self.recalled.is_empty() {
            let named: Vec<String> = self.recalled.iter().take(NAMED).map(u64::to_string).collect();
            let more = if self.recalled.len() > NAMED { " and others" } else { "" };
            lines.push(format!(
                "{name}: a secret given in pieces was noticed only when it was complete; earlier pieces are in line {}{more}",
                named.join(", ")
            ));
        }
        lines
    }
}

fn candidates(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" (candidates: {})", names.join(", ")) }
}
