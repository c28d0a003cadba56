//! WordSet of words which grammar looks for. Their words stand in the tables of the languages.
//!
//! A word that stands on a list only is otherwise unknown: it has no role, begins no phrase, and counts as no word of the
//! tables. A mistyped word stands on no list.

/// On which lists a word stands: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WordSet(u64);

impl WordSet {
    pub(crate) const NONE: Self = Self(0);
    /// Asks for a number of things before [`MANY`](Self::MANY).
    pub(crate) const HOW: Self = Self(1);
    pub(crate) const MANY: Self = Self(1 << 1);
    /// Asks for a number of things by itself.
    pub(crate) const HOW_MANY: Self = Self(1 << 2);
    pub(crate) const WHEN: Self = Self(1 << 3);
    pub(crate) const WHERE: Self = Self(1 << 4);
    /// Asks for one of several things.
    pub(crate) const WHICH: Self = Self(1 << 5);
    /// Asks for a time before [`DATE`](Self::DATE).
    pub(crate) const WHAT: Self = Self(1 << 6);
    pub(crate) const DATE: Self = Self(1 << 7);
    /// Asks for a time before [`FECHA`](Self::FECHA).
    pub(crate) const QUE: Self = Self(1 << 8);
    pub(crate) const FECHA: Self = Self(1 << 9);
    /// As many digits as a security code has.
    pub(crate) const FEW: Self = Self(1 << 10);
    /// As many digits as a passcode has.
    pub(crate) const SEVERAL: Self = Self(1 << 11);
    pub(crate) const CODE: Self = Self(1 << 12);
    /// Refers to what was named before.
    pub(crate) const REFERENCE: Self = Self(1 << 13);
    /// A message, or the sending of one.
    pub(crate) const MESSAGE: Self = Self(1 << 14);
    /// Opens a clause of purpose: "to reset your PIN, tell me...".
    pub(crate) const PURPOSE: Self = Self(1 << 15);
    /// A negation that warns.
    pub(crate) const WARNING: Self = Self(1 << 16);
    pub(crate) const YES: Self = Self(1 << 17);
    /// Tells that a value has taken the place of another.
    pub(crate) const RENEWAL: Self = Self(1 << 18);
    /// May stand before an [`ANAPHORA`](Self::ANAPHORA) at the start of a sentence.
    pub(crate) const LEAD: Self = Self(1 << 19);
    /// Points back to the sentence before, at the start of one.
    pub(crate) const ANAPHORA: Self = Self(1 << 20);
    /// Stands between numbers that are told in one breath.
    pub(crate) const BREATH: Self = Self(1 << 21);
    pub(crate) const PREPOSITION: Self = Self(1 << 22);
    /// Prepositions after which a cue belongs to the one before, and no more.
    pub(crate) const BESIDE: Self = Self(1 << 23);
    /// Is written with a dot that ends no sentence.
    pub(crate) const ABBREVIATION: Self = Self(1 << 24);

    /// Names a secret that may be a word as well as digits.
    pub(crate) const NAMES_A_WORD: Self = Self(1 << 25);
    /// Tells which of several things a cue means, before it.
    pub(crate) const ADJECTIVE: Self = Self(1 << 26);
    /// Opens a clause that says more about the noun before it.
    pub(crate) const RELATIVE: Self = Self(1 << 27);
    /// Joins the things of a list, or opens the next request.
    pub(crate) const LISTING: Self = Self(1 << 28);
    /// Names what speaks against a password in [`NAMES_A_WORD`](Self::NAMES_A_WORD): a passcode that was sent.
    pub(crate) const SENT_CODE: Self = Self(1 << 29);
    /// Names a key of a program, in some other sense than a code.
    pub(crate) const TOKEN: Self = Self(1 << 32);
    /// A command that takes a password after `-p`.
    pub(crate) const COMMAND: Self = Self(1 << 33);
    /// Opens a sentence that explains the one before: alone, or before [`IS`](Self::IS).
    pub(crate) const ITS: Self = Self(1 << 34);
    pub(crate) const IT: Self = Self(1 << 35);
    pub(crate) const IS: Self = Self(1 << 36);
    pub(crate) const ERROR: Self = Self(1 << 37);
    /// Tells that what was sent has come.
    pub(crate) const ARRIVES: Self = Self(1 << 38);
    /// As many digits as a PIN or a passcode has that somebody chooses.
    pub(crate) const CHOSEN: Self = Self(1 << 39);
    /// Names the pieces in which a number is told.
    pub(crate) const PARTS: Self = Self(1 << 40);
    /// Points from a number to another of its kind: "the newest code is 5528, the one before 1907".
    pub(crate) const ANOTHER: Self = Self(1 << 41);
    /// Names secrets which a number right before them counts.
    pub(crate) const COUNTED: Self = Self(1 << 42);
    /// Prepositions after which a noun says by what way something came.
    pub(crate) const WAY: Self = Self(1 << 43);
    /// Points back at a number, before [`BEING`](Self::BEING).
    pub(crate) const POINTER: Self = Self(1 << 44);
    pub(crate) const BEING: Self = Self(1 << 45);
    /// The end or the beginning of a number.
    pub(crate) const END: Self = Self(1 << 46);
    pub(crate) const THREE: Self = Self(1 << 47);
    pub(crate) const FOUR: Self = Self(1 << 48);
    pub(crate) const ARE: Self = Self(1 << 49);

    /// Asks only before one of [`ADDRESSED`](Self::ADDRESSED), or in a question.
    pub(crate) const MODAL: Self = Self(1 << 50);
    pub(crate) const ADDRESSED: Self = Self(1 << 51);
    /// Asks for a reason.
    pub(crate) const WHY: Self = Self(1 << 52);
    /// Tells what to press in a menu, before a digit.
    pub(crate) const PRESS: Self = Self(1 << 53);
    /// Stands between the ends of a scale, or between a digit and what it chooses.
    pub(crate) const CHOOSES: Self = Self(1 << 54);

    /// Asks to be told something, before [`IT`](Self::IT) or with it.
    pub(crate) const RECITE: Self = Self(1 << 55);
    pub(crate) const RECITE_IT: Self = Self(1 << 56);

    /// Spells a character aloud.
    pub(crate) const SPELLS: Self = Self(1 << 57);

    /// Names a paper at whose bottom a routing and an account number are printed.
    pub(crate) const CHECK: Self = Self(1 << 58);
    /// A machine that asks for a PIN.
    pub(crate) const ATM: Self = Self(1 << 59);
    /// Says until when a card is good.
    pub(crate) const EXPIRES: Self = Self(1 << 60);

    /// Names things that are known by a long number: "order", "invoice".
    pub(crate) const SERIES: Self = Self(1 << 61);
    /// Says that a number follows, or that a thing has one: "order number", "case no".
    pub(crate) const NUMBERING: Self = Self(1 << 62);

    /// Shows that a text is in the language with [`unlike`](super::Language::unlike) words.
    pub(crate) const MARKER: Self = Self(1 << 63);

    /// Is a word of some table, spelled as it stands there.
    pub(crate) const KNOWN: Self = Self(1 << 30);
    /// Is a number word; these stand in the tables of numbers.
    pub(crate) const NUMBER: Self = Self(1 << 31);

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The words of no language on the lists, separated by spaces.
pub(crate) const LISTS: &[(WordSet, &str)] = &[
    (
        WordSet::SERIES,
        "imei imeis meid esn iccid eid serial serials sn vin isbn ean upc gtin sku npi ein vat uuid guid uid sha md5 arn \
         rrn pnr awb rma ups usps fedex dhl",
    ),
    (WordSet::FEW, "3 4"),
    (WordSet::SEVERAL, "4 5 6 8"),
    (WordSet::CHOSEN, "4 5 6"),
    (WordSet::THREE, "3"),
    (WordSet::FOUR, "4"),
    (
        WordSet::COMMAND,
        "sshpass mysql mysqldump mysqladmin mysqlimport mariadb mongo mongosh mongodump smbpasswd htpasswd ldapsearch",
    ),
];
