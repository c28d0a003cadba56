//! The result of judging a message: what was found, and what was kept and why.

use crate::detect::cues::Topic;
use crate::detect::custom::CustomDetector;
use crate::entity::{Entity, FindingKind};
use crate::evidence::Evidence;
use crate::judge::conversation::{Expected, Topics};
use crate::judge::pieces::Piece;
use crate::message::MessageId;
use crate::overlap::Overlap;
use crate::text::ViewSpan;

/// The cue that marks a finding that an agent reads back.
pub(super) const READ_BACK: &str = "read back";

/// A detected secret, as a range of the view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detection {
    pub(crate) span: ViewSpan,
    pub(crate) entity: Entity,
    pub(crate) evidence: Evidence,
    /// It is a part of a secret, so no digit of it is revealed.
    pub(crate) part: bool,
    /// An agent or a bot asks for it. The text does not contain it.
    pub(crate) solicited: bool,
    /// It is the expiry date after a card, which is masked only if the policy says so.
    pub(crate) expiry: bool,
}

/// A number that was kept, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    pub(crate) span: ViewSpan,
    pub(crate) digits: usize,
    pub(crate) why: Why,
}

/// A value that the learned weights have scored, and the parts of its score.
#[derive(Debug)]
pub(crate) struct Weighed {
    pub(crate) span: ViewSpan,
    /// The most likely kind that its form allows.
    pub(crate) entity: Option<Entity>,
    pub(crate) score: i32,
    /// The score from which it is a secret.
    pub(crate) needed: Option<i32>,
    pub(crate) reasons: Vec<(String, i32)>,
}

/// The reason why a number was kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    /// A cue names something harmless.
    Cue(&'static str),
    /// Its shape is that of something harmless.
    NumberShape(&'static str),
    /// The other side asked for something harmless.
    Asked(Topic),
    /// Nothing indicates a secret.
    Nothing,
}

/// The result of analyzing one message.
#[derive(Debug, Default)]
pub(crate) struct Analysis {
    pub(crate) found: Vec<Detection>,
    pub(crate) passed: Vec<Passed>,
    pub(crate) weighed: Vec<Weighed>,
    pub(crate) recall: Vec<MessageId>,
    /// What the message does to the incomplete number of its speaker, in order.
    pub(crate) pieces: Vec<Piece<Detection>>,
    pub(crate) expected: Expected,
    /// The end of the part that was judged, after the last finding that starts in it.
    pub(crate) until: usize,
}

impl Detection {
    pub(crate) fn kind(&self) -> FindingKind {
        match (self.solicited, self.expiry) {
            (true, _) => FindingKind::Solicitation,
            (false, true) => FindingKind::Expiry,
            (false, false) => FindingKind::Disclosure,
        }
    }

    /// Creates the finding of a custom detector.
    pub(crate) fn custom(span: ViewSpan, detector: &CustomDetector) -> Self {
        let (entity, evidence) = (detector.entity(), detector.evidence());
        Self { span, entity, evidence, part: false, solicited: false, expiry: false }
    }
}

impl Analysis {
    /// Returns what the message may be an answer to, in words.
    pub(crate) fn expected_words(&self) -> Vec<String> {
        let mut words: Vec<String> = expected_words(self.expected.asked)
            .into_iter()
            .map(|w| format!("{w} (asked for by the other side)"))
            .collect();
        words.extend(
            expected_words(self.expected.announced).into_iter().map(|w| format!("{w} (announced by the same speaker)")),
        );
        words
    }
}

/// The reason in words.
impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cue(cue) => write!(f, "cue: {cue}"),
            Self::NumberShape(shape) => write!(f, "looks like: {shape}"),
            Self::Asked(topic) => write!(f, "asked for: {}", topic_words(*topic)),
            Self::Nothing => f.write_str("nothing says that it is a secret"),
        }
    }
}

impl Overlap for Detection {
    fn range(&self) -> (usize, usize) {
        (self.span.start, self.span.end)
    }

    fn kind(&self) -> FindingKind {
        self.kind()
    }

    fn joined(self, other: Self) -> Self {
        let span = ViewSpan::new(self.span.start.min(other.span.start), self.span.end.max(other.span.end));
        Self { span, part: self.part && other.part, ..self }
    }
}

/// Returns what was expected, in words, for explanations.
fn expected_words(topics: Topics) -> Vec<&'static str> {
    topics.iter().map(topic_words).collect()
}

fn topic_words(topic: Topic) -> &'static str {
    match topic {
        Topic::Card => "card number",
        Topic::SecurityCode => "card security code",
        Topic::SocialSecurity => "Social Security number",
        Topic::OneTimePasscode => "one-time passcode",
        Topic::Password => "password",
        Topic::Pin => "PIN",
        Topic::Account => "account number",
        Topic::Code => "code",
        Topic::Partial => "last four digits",
        Topic::Zip => "ZIP code",
        Topic::Phone => "phone number",
        Topic::Time => "date or time",
        Topic::Amount | Topic::Quantity => "amount",
        Topic::Reference => "order or case number",
        Topic::Device => "device or version",
        Topic::Place => "address",
        Topic::Login => "user name",
    }
}
