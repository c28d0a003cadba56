//! Spanish number words and the words around them, with common misspellings. Lower case, without accents.

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
    and_after_hundreds: false,
};

#[rustfmt::skip]
const WORDS: &[(&str, Meaning)] = &[
    ("cero", Digit(0)), ("sero", Digit(0)), ("ceros", Digit(0)), ("uno", One), ("dos", Digit(2)), ("tres", Digit(3)),
    ("cuatro", Digit(4)), ("quatro", Digit(4)), ("cinco", Digit(5)), ("sinco", Digit(5)), ("seis", Digit(6)),
    ("siete", Digit(7)), ("ocho", Digit(8)), ("nueve", Digit(9)), ("nuebe", Digit(9)),
    ("unos", Digit(1)), ("cuatros", Digit(4)), ("cincos", Digit(5)), ("sietes", Digit(7)), ("ochos", Digit(8)),
    ("nueves", Digit(9)),
    ("diez", Ten), ("dies", Ten), ("once", Teen(11)), ("doce", Teen(12)), ("trece", Teen(13)), ("catorce", Teen(14)),
    ("quince", Teen(15)), ("dieciseis", Teen(16)), ("diesiseis", Teen(16)), ("diecisiete", Teen(17)),
    ("diesisiete", Teen(17)), ("dieciocho", Teen(18)), ("diesiocho", Teen(18)), ("diecinueve", Teen(19)),
    ("diesinueve", Teen(19)),
    ("veinte", Tens(20)), ("beinte", Tens(20)), ("veintiuno", Teen(21)), ("veintiun", Teen(21)), ("veintiuna", Teen(21)),
    ("veintidos", Teen(22)), ("veintitres", Teen(23)), ("veinticuatro", Teen(24)), ("veinticinco", Teen(25)),
    ("veintiseis", Teen(26)), ("veintisiete", Teen(27)), ("veintiocho", Teen(28)), ("veintinueve", Teen(29)),
    ("treinta", Tens(30)), ("cuarenta", Tens(40)), ("cincuenta", Tens(50)), ("sincuenta", Tens(50)),
    ("sesenta", Tens(60)), ("setenta", Tens(70)), ("ochenta", Tens(80)), ("noventa", Tens(90)), ("nobenta", Tens(90)),
    ("cien", Hundreds(1)), ("ciento", Hundreds(1)), ("doscientos", Hundreds(2)), ("trescientos", Hundreds(3)),
    ("cuatrocientos", Hundreds(4)), ("quinientos", Hundreds(5)), ("seiscientos", Hundreds(6)),
    ("setecientos", Hundreds(7)), ("ochocientos", Hundreds(8)), ("novecientos", Hundreds(9)),
    ("doscientas", Hundreds(2)), ("trescientas", Hundreds(3)), ("cuatrocientas", Hundreds(4)),
    ("quinientas", Hundreds(5)), ("seiscientas", Hundreds(6)), ("setecientas", Hundreds(7)),
    ("ochocientas", Hundreds(8)), ("novecientas", Hundreds(9)),
    ("mil", Mil), ("doble", Times(2)), ("triple", Times(3)), ("cuadruple", Times(4)),
    ("y", And), ("luego", Spoken(b' ')), ("despues", Spoken(b' ')), ("espacio", Spoken(b' ')), ("coma", Spoken(b' ')),
    ("guion", Spoken(b'-')), ("punto", Spoken(b'-')), ("diagonal", Spoken(b'/')), ("barra", Spoken(b'/')),
    ("eh", Spoken(b' ')), ("este", Spoken(b' ')), ("mmm", Spoken(b' ')),
];

/// A number word after one of these is a count: "los últimos cuatro".
const COUNTING: &[&str] = &[
    "ultimos",
    "ultimas",
    "primeros",
    "primeras",
    "finales",
    "siguientes",
    "otros",
    "otras",
    "los",
    "las",
    "estos",
    "estas",
    "esos",
    "esas",
    "todos",
    "todas",
    "unos",
    "unas",
    "solo",
    "cada",
    "primer",
];

/// A number word before one of these is a count: "dos más".
const COUNTED: &[&str] = &[
    "de",
    "mas",
    "veces",
    "vez",
    "por",
    "millon",
    "millones",
    "mil",
    "peso",
    "pesos",
    "dolar",
    "dolares",
    "euro",
    "persona",
    "segundo",
    "minuto",
    "hora",
    "dia",
    "dias",
    "semana",
    "mes",
    "meses",
    "ano",
    "anos",
    "noche",
    "grados",
    "o",
    "a",
    "digito",
    "punto",
    "estrellas",
];

/// Words that end like a plural but are not one.
const UNCOUNTED: &[&str] = &["es", "gracias", "los", "las", "pues", "vos", "entonces", "nos", "les", "jajas", "nomas"];

const TIME_BEFORE: &[&str] = &["las", "la", "desde", "hasta", "sobre", "tipo", "antes", "despues"];

const TIME_AFTER: &[&str] = &["am", "pm", "a", "p", "de", "horas", "hrs", "hoy", "manana", "en"];

const YEAR_BEFORE: &[&str] = &["en", "desde", "del", "de", "ano", "hasta", "el"];
