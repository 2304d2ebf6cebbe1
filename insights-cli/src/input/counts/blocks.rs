//! [`Blocks`]: a table, cut between its rows, so that several threads can read it.

use std::{io::Read, ops::Range};

use crate::input::{problem::Fault, texts::Size, unpack::Damage};

/// The bytes of a block, and of the longest row.
const BLOCK: usize = 4 << 20;

/// The most rows with a quote that is not closed of which the next lines are tried on their own:
/// each of them is looked through anew.
const MOST_UNCLOSED: u32 = 64;

/// Whole rows of a table.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: Vec<u8>,
    /// The lines before it.
    pub(super) line: u64,
    /// What is wrong with what comes after it.
    pub(super) damage: Option<(Fault, String)>,
}

/// Hands out a table block by block.
pub(super) struct Blocks<'t> {
    text: &'t mut dyn Read,
    /// What was read behind the last block.
    held: Vec<u8>,
    line: u64,
    unclosed: u32,
    size: usize,
    ended: bool,
}

impl<'t> Blocks<'t> {
    /// Cuts a table.
    pub(super) fn new(text: &'t mut dyn Read) -> Self {
        Self::of_size(text, BLOCK)
    }

    fn of_size(text: &'t mut dyn Read, size: usize) -> Self {
        Self { text, held: Vec::new(), line: 0, unclosed: 0, size, ended: false }
    }

    /// Hands out some of the next block and what is wrong behind it.
    fn hand(&mut self, end: usize, damage: Option<(Fault, String)>) -> Block {
        let rest = self.held.split_off(end);
        let text = std::mem::replace(&mut self.held, rest);
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', &text).count() as u64;
        Block { text, line, damage }
    }

    /// Hands out what is left, which ends with a row that is not whole, and stops.
    fn stop(&mut self, fault: Fault, what: String) -> Block {
        let end = Cut::of(&self.held).end;
        let block = self.hand(end, Some((fault, what)));
        self.held.clear();
        self.ended = true;
        block
    }

    /// Hands out, as damage, the first line of a row with a quote that is not closed: the lines
    /// behind it may be rows.
    fn leave_out(&mut self, end: usize) -> Block {
        self.unclosed += 1;
        if self.unclosed > MOST_UNCLOSED {
            let what = format!(
                "more than {MOST_UNCLOSED} rows have a quote that is not closed; the rest is left \
                 out"
            );
            return self.stop(Fault::Limit, what);
        }
        let mut block = self.hand(end, None);
        block.text.clear();
        block.damage = Some((Fault::Row, "has a quote that is not closed".into()));
        block
    }
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let missing = self.size.saturating_sub(self.held.len());
        if !self.ended && missing > 0 {
            let read = (&mut self.text).take(missing as u64).read_to_end(&mut self.held);
            match read {
                Ok(read) => self.ended = read < missing,
                Err(error) => {
                    let Damage { fault, what } = Damage::of(&error);
                    return Some(self.stop(fault, what));
                }
            }
        }
        if self.held.is_empty() {
            return None;
        }
        let cut = Cut::of(&self.held);
        Some(if self.ended && !cut.open {
            self.hand(self.held.len(), None)
        } else if cut.end > 0 {
            self.hand(cut.end, None)
        } else if let Some(at) = memchr::memchr(b'\n', &self.held) {
            self.leave_out(at + 1)
        } else if self.ended {
            self.leave_out(self.held.len())
        } else {
            let what = format!("is longer than {}; the rest is left out", Size(self.size));
            self.stop(Fault::Limit, what)
        })
    }
}

/// Where rows that begin a text end.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Cut {
    /// Behind the last line break outside quotes, or the beginning.
    end: usize,
    /// Whether a quote is not closed behind it.
    open: bool,
}

impl Cut {
    /// Goes by the quotes as readers of CSV do: one at the beginning of a cell opens it, two inside
    /// stand for one, and any other is a character like all.
    fn of(text: &[u8]) -> Self {
        let last_break = |span: Range<usize>| {
            memchr::memrchr2(b'\n', b'\r', &text[span.clone()]).map(|at| span.start + at + 1)
        };
        let (mut end, mut outside) = (0, 0);
        let mut quotes = memchr::memchr_iter(b'"', text);
        while let Some(open) = quotes.next() {
            if open > 0 && !matches!(text[open - 1], b',' | b'\n' | b'\r') {
                continue;
            }
            end = last_break(outside..open).unwrap_or(end);
            loop {
                let Some(close) = quotes.next() else { return Self { end, open: true } };
                if text.get(close + 1) != Some(&b'"') {
                    outside = close + 1;
                    break;
                }
                quotes.next();
            }
        }
        Self { end: last_break(outside..text.len()).unwrap_or(end), open: false }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Returns the blocks of a text, the lines before each and what is wrong behind it.
    fn blocks(text: &str, size: usize) -> Vec<(String, u64, Option<String>)> {
        let mut bytes = text.as_bytes();
        Blocks::of_size(&mut bytes, size)
            .map(|block| {
                let damage = block.damage.map(|(_, what)| what);
                (String::from_utf8(block.text).unwrap(), block.line, damage)
            })
            .collect()
    }

    #[test]
    fn rows_are_cut_where_no_quote_is_open() {
        let end = |text: &str| Cut::of(text.as_bytes());
        let at = |end, open| Cut { end, open };
        assert_eq!(end("a,b\nc"), at(4, false));
        assert_eq!(end("a,\"b\nc\"\nd"), at(8, false));
        assert_eq!(end("a\nb,\"c\nd"), at(2, true));
        assert_eq!(end("\"a\"\"\nb\"\nc"), at(8, false));
        assert_eq!(end("5\" nails\nb"), at(9, false), "a quote inside a cell is none");
        assert_eq!(end("\"a\"b\"c\nd"), at(7, false), "nor one behind a closed cell");
        assert_eq!(end("a\rb\r\nc"), at(5, false));
        assert_eq!(end("abc"), at(0, false));
    }

    #[test]
    fn blocks_are_the_text_whatever_their_size() {
        let text = "a,b\n1,\"x\ny\"\n2,\"say \"\"hi\"\"\"\n\n3,z\r\n4,end";
        for size in 16..80 {
            let blocks = blocks(text, size);
            let all: String = blocks.iter().map(|(text, ..)| text.as_str()).collect();
            assert_eq!(all, text, "{size}");
            let mut lines = 0;
            for (text, line, damage) in &blocks {
                assert_eq!((*line, damage), (lines, &None));
                lines += text.matches('\n').count() as u64;
                assert!(text.len() <= size);
            }
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_row() {
        for size in [24, 1_000] {
            let text = "a,b\n1,x\n2,\"y\n3,z\n4,z\n5,z\n6,z\n7,z\n";
            let blocks = blocks(text, size);
            let kept: String = blocks.iter().map(|(text, ..)| text.as_str()).collect();
            assert_eq!(kept, text.replace("2,\"y\n", ""), "{size}");
            let damaged: Vec<_> = blocks.iter().filter(|block| block.2.is_some()).collect();
            assert_eq!(damaged.len(), 1);
            assert_eq!(damaged[0].1, 2, "lines before it");
        }
        let last = blocks("a,b\n1,\"x", 1_000);
        assert_eq!((last.len(), &*last[0].0, last[1].1), (2, "a,b\n", 1));
        assert!(last[1].2.is_some());
        // A line that opens a quote whether one is open before it or not.
        let hopeless = "a\"b,\"\"\"\n".repeat(1_000);
        let told = blocks(&hopeless, 100);
        assert_eq!(told.iter().filter(|block| block.2.is_some()).count(), 65);
        assert!(told.last().unwrap().2.as_deref().unwrap().contains("the rest is left out"));
    }

    #[test]
    fn what_comes_before_an_error_is_handed_out() {
        struct Failing(bool);
        impl Read for Failing {
            fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                room[..7].copy_from_slice(b"a\nb\nc,d");
                Ok(7)
            }
        }
        let blocks: Vec<Block> = Blocks::new(&mut Failing(false)).collect();
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].text, b"a\nb\n");
        let (fault, what) = blocks[0].damage.as_ref().unwrap();
        assert_eq!(*fault, Fault::Packing);
        assert!(what.contains("gone"));
    }
}
