//! The script of the assistant. It stands in for a language model, also in its mistakes: asked for the card on file, it
//! reads all digits out.

/// Words in what the customer says, and the answer to them in English and in Spanish.
const SCRIPT: &[(&[&str], [&str; 2])] = &[
    (
        &["on file", "saved card", "guardada", "registrada"],
        [
            "The card on file is 3743 453331 47897, expiring 09/28. Is that the one you mean?",
            "La tarjeta registrada es 3743 453331 47897, vence 09/28. ¿Es esa?",
        ],
    ),
    (
        &["order", "pedido"],
        [
            "Your order 118-5520931-44 left our warehouse on May 3 and arrives on Friday. The total was $48.20.",
            "Su pedido 118-5520931-44 salió el 3 de mayo y llega el viernes. El total fue de $48.20.",
        ],
    ),
    (
        &["card", "tarjeta", "declined", "rechazada"],
        [
            "I am sorry that your card was declined. I am asking an agent to help you; please never type the whole number here.",
            "Lamento que rechazaran su tarjeta. Un agente le atenderá enseguida; por favor, no escriba aquí el número completo.",
        ],
    ),
    (
        &[""],
        [
            "Hello! I am the assistant. Ask me about an order or a card, or wait for an agent.",
            "¡Hola! Soy el asistente. Pregúnteme por un pedido o una tarjeta, o espere a un agente.",
        ],
    ),
];

const SPANISH: [&str; 12] =
    ["hola", "pedido", "tarjeta", "está", "donde", "dónde", "mi", "es", "qué", "cuál", "gracias", "por"];

/// Returns the tokens of an answer.
pub(crate) fn answer(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let is_spanish = text.split(|c: char| !c.is_alphabetic()).any(|word| SPANISH.contains(&word));
    let answers = SCRIPT.iter().find(|(words, _)| words.iter().any(|word| text.contains(word)));
    let answer = answers.map_or("", |(_, answers)| answers[usize::from(is_spanish)]);
    // Four letters at a time, so that numbers are cut as a model cuts them.
    answer.chars().collect::<Vec<_>>().chunks(4).map(|token| token.iter().collect()).collect()
}
