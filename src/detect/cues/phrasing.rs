//! Sets of words that single rules use. The words are in the tables of the languages.
//!
//! A word is looked up only when a rule asks for it. Being in a set has no other effect.

/// The sets that contain a word: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PhraseSet(u64);

impl PhraseSet {
    /// Introduces a value, before the name of a secret: "here is my PIN".
    pub(crate) const HERE: Self = Self(1);
    /// Says something about a secret without giving it: "I forgot my PIN".
    pub(crate) const CONCERN: Self = Self(1 << 1);
    /// Asks whether somebody has or knows something.
    pub(crate) const KNOWS: Self = Self(1 << 2);
    /// Reports what others say.
    pub(crate) const SAYS: Self = Self(1 << 3);
    /// Refers to something that is sent.
    pub(crate) const ANOTHER_ONE: Self = Self(1 << 4);
    /// Says that something is enough.
    pub(crate) const SUFFICES: Self = Self(1 << 5);
    /// May stand before [`ENOUGH`](Self::ENOUGH).
    pub(crate) const IS_ENOUGH: Self = Self(1 << 6);
    pub(crate) const ENOUGH: Self = Self(1 << 7);
    /// Refers to the thing meant, before [`OF_THE`](Self::OF_THE).
    pub(crate) const THE: Self = Self(1 << 8);
    pub(crate) const OF_THE: Self = Self(1 << 9);
    /// May stand before [`MEANT`](Self::MEANT).
    pub(crate) const WE_MEAN: Self = Self(1 << 10);
    pub(crate) const MEANT: Self = Self(1 << 11);
    /// A place on a screen where something is typed.
    pub(crate) const FIELD: Self = Self(1 << 12);
    /// Says what its subject needs.
    pub(crate) const NEEDS: Self = Self(1 << 13);
    /// Verbs that change a secret.
    pub(crate) const CHANGES: Self = Self(1 << 14);
    /// Places outside the chat where a secret is changed.
    pub(crate) const ELSEWHERE: Self = Self(1 << 15);
    /// Words on a button before the word for a secret.
    pub(crate) const FORGOTTEN: Self = Self(1 << 16);
    /// Places or verbs of the chat itself.
    pub(crate) const IN_CHAT: Self = Self(1 << 17);
    /// The first person, which is also among the verbs of entering.
    pub(crate) const I: Self = Self(1 << 18);
    /// May follow a number that was entered.
    pub(crate) const AFTER_ENTRY: Self = Self(1 << 19);
    /// Says that a number replaces another.
    pub(crate) const INSTEAD: Self = Self(1 << 20);
    /// The recipient of something that was sent.
    pub(crate) const US: Self = Self(1 << 21);
    /// Opens a clause of purpose after a number.
    pub(crate) const TO: Self = Self(1 << 22);
    /// What a passcode is for, after [`TO`](Self::TO).
    pub(crate) const AUTHORIZES: Self = Self(1 << 23);
    /// What a passcode is used for, or who it belongs to.
    pub(crate) const LETS_IN: Self = Self(1 << 24);
    /// Tells somebody to use a passcode.
    pub(crate) const USES: Self = Self(1 << 25);
    /// Stands between a passcode and [`LETS_IN`](Self::LETS_IN).
    pub(crate) const TO_AS: Self = Self(1 << 26);
    /// Introduces what a message says.
    pub(crate) const READS: Self = Self(1 << 27);
    /// A text message.
    pub(crate) const SMS: Self = Self(1 << 28);
    /// Says what is printed on a side of the card.
    pub(crate) const CARRIES: Self = Self(1 << 29);
    pub(crate) const MINE: Self = Self(1 << 30);
    /// Joins two numbers that belong together.
    pub(crate) const JOINS: Self = Self(1 << 31);
    /// An article after "is": a definition may follow.
    pub(crate) const THE_THING: Self = Self(1 << 32);
    /// May stand between "is" and a password.
    pub(crate) const STILL: Self = Self(1 << 33);
    /// Opens a clause about the password before it.
    pub(crate) const WHICH: Self = Self(1 << 34);
    /// Says what kind of name a password is.
    pub(crate) const HINTS: Self = Self(1 << 35);
    pub(crate) const WITH: Self = Self(1 << 36);
    pub(crate) const AND: Self = Self(1 << 37);
    /// May stand before another password.
    pub(crate) const AND_ANOTHER: Self = Self(1 << 38);
    /// Joins two passwords.
    pub(crate) const AND_THEN: Self = Self(1 << 39);
    /// May precede another password, later in the sentence.
    pub(crate) const OR_NOW: Self = Self(1 << 40);
    /// Names the user, before a slash and the word for a password.
    pub(crate) const USER: Self = Self(1 << 41);
    /// Says that somebody has changed a password.
    pub(crate) const SET: Self = Self(1 << 42);
    /// Names a secret of several words.
    pub(crate) const PHRASE: Self = Self(1 << 43);
    /// May stand between a card and its security code.
    pub(crate) const WITH_CODE: Self = Self(1 << 44);
    /// Asks for all digits of a number.
    pub(crate) const FULL: Self = Self(1 << 45);
    /// A pronoun or noun of the third person.
    pub(crate) const THIRD: Self = Self(1 << 46);
    /// May follow a number that is read back.
    pub(crate) const CONFIRMS: Self = Self(1 << 47);
    /// Says that somebody has heard or noted a number.
    pub(crate) const READS_BACK: Self = Self(1 << 48);
    /// Follows a number that did not work.
    pub(crate) const REJECTS: Self = Self(1 << 49);
    /// Opens a question.
    pub(crate) const ASKS_BACK: Self = Self(1 << 50);
    /// May follow an answer.
    pub(crate) const I_THINK: Self = Self(1 << 51);
    /// Joins a user name and a password.
    pub(crate) const THEN_ANOTHER: Self = Self(1 << 52);
    /// Explains the word before it.
    pub(crate) const AS_IN: Self = Self(1 << 53);
    /// Points back to what was asked for or given: "it", "the other one", "otra vez".
    pub(crate) const POINTS_BACK: Self = Self(1 << 54);
    /// An everyday word that is among the most used passwords and describes none.
    pub(crate) const USED_AS_PASSWORD: Self = Self(1 << 55);
    /// Asks for a person.
    pub(crate) const WHO: Self = Self(1 << 56);
    /// What a secret is typed in or sent to: "app", "navegador".
    pub(crate) const TYPED_IN: Self = Self(1 << 57);
    /// The name of a format or a standard that has digits.
    pub(crate) const STANDARD: Self = Self(1 << 58);
    /// Limits a request to what follows: "not the CVV, just the last four".
    pub(crate) const ONLY: Self = Self(1 << 59);
    /// Says that a secret equals something else, at the start of an answer: "same as my house number".
    pub(crate) const EQUALS: Self = Self(1 << 60);
    /// Verbs for what an agent does with an account once the customer has proved who they are.
    pub(crate) const ACCESSES: Self = Self(1 << 61);
    /// Says when somebody was born.
    pub(crate) const BIRTH: Self = Self(1 << 62);

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
