//! What a server says to PostgreSQL, read from the frontend's half of the protocol (version 3).

use std::collections::HashMap;

/// What was said for some request.
#[derive(Debug, Default)]
pub struct Said {
    /// The texts of the statements that were executed, BEGIN and COMMIT among them.
    pub statements: Vec<String>,
    /// How often an answer is waited for. A statement that is not kept prepared takes two each time.
    pub round_trips: usize,
}

/// Reads what one connection says, as it comes.
#[derive(Default)]
pub struct Frontend {
    /// What is not a whole message yet.
    rest: Vec<u8>,
    /// The first message has no type.
    has_begun: bool,
    /// Texts by the names of prepared statements.
    prepared: HashMap<String, String>,
    /// Texts by the names of portals.
    bound: HashMap<String, String>,
    /// Something was asked since the last Sync.
    asks: bool,
}

impl Frontend {
    /// Hears some bytes, and adds to `said` what they complete.
    pub fn hear(&mut self, bytes: &[u8], said: &mut Said) {
        self.rest.extend_from_slice(bytes);
        loop {
            let kind_bytes = usize::from(self.has_begun);
            let length = self.rest.get(kind_bytes..kind_bytes + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
            // The length counts itself, and not the type.
            let Some(end) = length.map(|length| kind_bytes + length as usize).filter(|end| *end <= self.rest.len()) else { return };
            let message: Vec<u8> = self.rest.drain(..end).collect();
            if self.has_begun {
                self.take(message[0], &message[5..], said);
            }
            self.has_begun = true;
        }
    }

    fn take(&mut self, kind: u8, body: &[u8], said: &mut Said) {
        let mut texts = body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        let mut text = || texts.next().unwrap_or_default();
        // Nobody waits until what is no longer needed is closed.
        self.asks |= !matches!(kind, b'C' | b'S');
        match kind {
            // Parse: name, text.
            b'P' => {
                self.prepared.insert(text(), text());
            }
            // Bind: portal, name.
            b'B' => {
                let (portal, name) = (text(), text());
                self.bound.insert(portal, self.prepared.get(&name).cloned().unwrap_or_default());
            }
            // Execute: portal.
            b'E' => said.statements.push(self.bound.get(&text()).cloned().unwrap_or_default()),
            // Query: text.
            b'Q' => {
                said.statements.push(text());
                said.round_trips += usize::from(std::mem::take(&mut self.asks));
            }
            // Sync.
            b'S' => said.round_trips += usize::from(std::mem::take(&mut self.asks)),
            _ => {}
        }
    }
}
