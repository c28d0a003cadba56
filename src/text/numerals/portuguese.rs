//! Portuguese number words and the words around them, with common misspellings. Lower case, without accents.

use super::meaning::Language;
use super::meaning::Meaning::{self, *};

pub(super) const LANGUAGE: Language<'static> = Language {
    words: WORDS,
    counting: COUNTING,
    counted: COUNTED,
    uncounted: UNCOUNTED,
    time_before: TIME_BEFORE,
    time_after: TIME_AFTER,
    year_before: YEAR_BEFORE,
    and_after_tens: true,
    and_after_hundreds: true,
};

#[rustfmt::skip]
const WORDS: &[(&str, Meaning)] = &[
    ("zero", Digit(0)), ("zeros", Digit(0)), ("um", One), ("uma", One), ("dois", Digit(2)), ("duas", Digit(2)),
    ("tres", Digit(3)), ("treis", Digit(3)), ("quatro", Digit(4)), ("cuatro", Digit(4)), ("cinco", Digit(5)),
    ("sinco", Digit(5)), ("seis", Digit(6)), ("ceis", Digit(6)), ("meia", Digit(6)), ("sete", Digit(7)),
    ("oito", Digit(8)), ("nove", Digit(9)),
    ("dez", Teen(10)), ("onze", Teen(11)), ("doze", Teen(12)), ("treze", Teen(13)), ("quatorze", Teen(14)),
    ("catorze", Teen(14)), ("quinze", Teen(15)), ("dezesseis", Teen(16)), ("dezasseis", Teen(16)),
    ("dezeseis", Teen(16)), ("dezessete", Teen(17)), ("dezassete", Teen(17)), ("dezesete", Teen(17)),
    ("dezoito", Teen(18)), ("dezenove", Teen(19)), ("dezanove", Teen(19)),
    ("vinte", Tens(20)), ("trinta", Tens(30)), ("quarenta", Tens(40)), ("cinquenta", Tens(50)), ("cincoenta", Tens(50)),
    ("sessenta", Tens(60)), ("secenta", Tens(60)), ("setenta", Tens(70)), ("oitenta", Tens(80)), ("noventa", Tens(90)),
    ("cem", Hundreds(1)), ("cento", Hundreds(1)), ("duzentos", Hundreds(2)), ("trezentos", Hundreds(3)),
    ("quatrocentos", Hundreds(4)), ("quinhentos", Hundreds(5)), ("seiscentos", Hundreds(6)),
    ("setecentos", Hundreds(7)), ("oitocentos", Hundreds(8)), ("novecentos", Hundreds(9)),
    ("duzentas", Hundreds(2)), ("trezentas", Hundreds(3)), ("quatrocentas", Hundreds(4)), ("quinhentas", Hundreds(5)),
    ("seiscentas", Hundreds(6)), ("setecentas", Hundreds(7)), ("oitocentas", Hundreds(8)), ("novecentas", Hundreds(9)),
    ("mil", Mil), ("duplo", Times(2)), ("triplo", Times(3)),
    ("e", And), ("depois", Spoken(b' ')), ("espaco", Spoken(b' ')), ("virgula", Spoken(b' ')),
    ("eh", Spoken(b' ')), ("hifen", Spoken(b'-')), ("traco", Spoken(b'-')), ("ponto", Spoken(b'-')), ("barra", Spoken(b'/')),
];

/// A number word after one of these is a count: "os últimos quatro".
const COUNTING: &[&str] = &[
    "ultimos",
    "ultimas",
    "primeiros",
    "primeiras",
    "finais",
    "proximos",
    "proximas",
    "outros",
    "outras",
    "os",
    "as",
    "estes",
    "estas",
    "esses",
    "essas",
    "todos",
    "todas",
    "uns",
    "umas",
    "so",
    "apenas",
    "cada",
];

/// A number word before one of these is a count: "dois mais".
const COUNTED: &[&str] = &[
    "de",
    "mais",
    "vez",
    "por",
    "milhao",
    "milhoes",
    "real",
    "dolar",
    "euro",
    "conto",
    "pessoa",
    "segundo",
    "minuto",
    "hora",
    "dia",
    "semana",
    "mes",
    "ano",
    "noite",
    "ou",
    "digito",
    "ultimos",
    "primeiros",
];

/// Words that end like a plural but are not one.
const UNCOUNTED: &[&str] =
    &["mas", "pois", "depois", "antes", "nos", "eles", "elas", "voces", "as", "os", "das", "dos", "nas", "alias"];

const TIME_BEFORE: &[&str] = &["as", "desde", "ate", "umas", "pelas", "das", "antes", "depois"];

const TIME_AFTER: &[&str] = &["am", "pm", "da", "de", "horas", "hrs", "hoje", "amanha", "em", "h"];

const YEAR_BEFORE: &[&str] = &["em", "desde", "de", "do", "ano", "ate"];
