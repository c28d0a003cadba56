//! Lists of words that the grammar uses. The words are in the tables of the languages.
//!
//! A word that is only on a list is otherwise unknown: it has no class, begins no phrase, and does not count as a word
//! of the tables. A mistyped word is on no list.

/// The lists that contain a word: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WordSet(u64);

impl WordSet {
    pub(crate) const NONE: Self = Self(0);
    /// Asks for a count before [`MANY`](Self::MANY).
    pub(crate) const HOW: Self = Self(1);
    pub(crate) const MANY: Self = Self(1 << 1);
    /// Asks for a count by itself.
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
    /// The number of digits of a security code.
    pub(crate) const FEW: Self = Self(1 << 10);
    /// The number of digits of a passcode.
    pub(crate) const SEVERAL: Self = Self(1 << 11);
    pub(crate) const CODE: Self = Self(1 << 12);
    /// Refers to something named before.
    pub(crate) const REFERENCE: Self = Self(1 << 13);
    /// A message, or the sending of one.
    pub(crate) const MESSAGE: Self = Self(1 << 14);
    /// Opens a clause of purpose: "to reset your PIN, tell me...".
    pub(crate) const PURPOSE: Self = Self(1 << 15);
    /// A negation that warns.
    pub(crate) const WARNING: Self = Self(1 << 16);
    pub(crate) const YES: Self = Self(1 << 17);
    /// Says that a value has replaced another.
    pub(crate) const RENEWAL: Self = Self(1 << 18);
    /// May precede an [`ANAPHORA`](Self::ANAPHORA) at the start of a sentence.
    pub(crate) const LEAD: Self = Self(1 << 19);
    /// Refers back to the previous sentence, at the start of one.
    pub(crate) const ANAPHORA: Self = Self(1 << 20);
    /// May stand between numbers that belong together.
    pub(crate) const BREATH: Self = Self(1 << 21);
    pub(crate) const PREPOSITION: Self = Self(1 << 22);
    /// Prepositions after which a cue only modifies the one before.
    pub(crate) const BESIDE: Self = Self(1 << 23);
    /// Is written with a dot that does not end a sentence.
    pub(crate) const ABBREVIATION: Self = Self(1 << 24);

    /// Names a secret that may be a word as well as digits.
    pub(crate) const NAMES_A_WORD: Self = Self(1 << 25);
    /// Precedes a cue and says which of several things is meant.
    pub(crate) const ADJECTIVE: Self = Self(1 << 26);
    /// Opens a relative clause.
    pub(crate) const RELATIVE: Self = Self(1 << 27);
    /// Joins the items of a list, or opens the next request.
    pub(crate) const LISTING: Self = Self(1 << 28);
    /// Makes a word of [`NAMES_A_WORD`](Self::NAMES_A_WORD) a passcode that was sent, not a password.
    pub(crate) const SENT_CODE: Self = Self(1 << 29);
    /// Names a key of a program rather than a code.
    pub(crate) const TOKEN: Self = Self(1 << 32);
    /// A command that takes a password after an option.
    pub(crate) const COMMAND: Self = Self(1 << 33);
    /// Opens a sentence that explains the previous one: alone, or before [`IS`](Self::IS).
    pub(crate) const ITS: Self = Self(1 << 34);
    pub(crate) const IT: Self = Self(1 << 35);
    pub(crate) const IS: Self = Self(1 << 36);
    pub(crate) const ERROR: Self = Self(1 << 37);
    /// Says that something that was sent has arrived.
    pub(crate) const ARRIVES: Self = Self(1 << 38);
    /// The number of digits of a PIN or a passcode that somebody chooses.
    pub(crate) const CHOSEN: Self = Self(1 << 39);
    /// Names the parts in which a number is given.
    pub(crate) const PARTS: Self = Self(1 << 40);
    /// Refers from a number to another of its kind: "the newest code is 5528, the one before 1907".
    pub(crate) const ANOTHER: Self = Self(1 << 41);
    /// Names secrets that a number directly before them counts.
    pub(crate) const COUNTED: Self = Self(1 << 42);
    /// Prepositions before the way in which something came.
    pub(crate) const WAY: Self = Self(1 << 43);
    /// Refers back to a number, before [`BEING`](Self::BEING).
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
    /// Says what to press in a menu, before a digit.
    pub(crate) const PRESS: Self = Self(1 << 53);
    /// Stands between the ends of a scale, or between a digit and the option that it selects.
    pub(crate) const CHOOSES: Self = Self(1 << 54);

    /// Asks for something to be said, before [`IT`](Self::IT).
    pub(crate) const RECITE: Self = Self(1 << 55);
    pub(crate) const RECITE_IT: Self = Self(1 << 56);

    /// Spells a character aloud.
    pub(crate) const SPELLS: Self = Self(1 << 57);

    /// Names a paper check, which has a routing and an account number at its bottom.
    pub(crate) const CHECK: Self = Self(1 << 58);
    /// A machine that asks for a PIN.
    pub(crate) const ATM: Self = Self(1 << 59);
    /// Says how long a card is valid.
    pub(crate) const EXPIRES: Self = Self(1 << 60);

    /// Names things that have a long number: "order", "invoice".
    pub(crate) const SERIES: Self = Self(1 << 61);
    /// Says that a number follows, or that a thing has one: "order number", "case no".
    pub(crate) const NUMBERING: Self = Self(1 << 62);

    /// Shows that a text is in the language with [`unlike`](super::Language::unlike) words.
    pub(crate) const MARKER: Self = Self(1 << 63);

    /// Is a word of some table, spelled as there.
    pub(crate) const KNOWN: Self = Self(1 << 30);
    /// Is a number word. These are in the tables of numbers.
    pub(crate) const NUMBER: Self = Self(1 << 31);

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The words of the lists that belong to no language, separated by spaces.
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
        "sshpass mysql mysqldump mysqladmin mysqlimport mariadb mongo mongosh mongodump smbpasswd htpasswd ldapsearch redis",
    ),
];
