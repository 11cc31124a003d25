//! A question made ready: everything that does not depend on the person is worked out, the rest is one program. Bounded
//! in size, whatever the question names.

use std::collections::HashMap;
use std::sync::PoisonError;

use super::decision::Needed;
use super::exercised::Behind;
use super::expression::Expression;
use super::line::{Bearing, Brought, Place, Reader};
use super::names::Asked;
use super::program::{Program, Writer};
use super::question::{Deed, Question};
use super::refusal::Refusal;
use super::region::Regions;
use super::tables::Tables;
use crate::leaf_set::LeafSet;
use crate::nouns::NounId;
use crate::vocabulary::{Action, Kind, Mode};

/// The most nodes that the program of one question may have.
const NODE_LIMIT: usize = 100_000;

/// A line or what stands in for one, by number: places in the policy first, then what no line offers.
pub(super) type LineNumber = u32;

/// A line that may decide, and where its expression begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// The line.
    pub line: LineNumber,
    /// Its expression.
    pub root: u32,
}

/// A duty that must be done first.
#[derive(Debug)]
pub(super) struct GateRow {
    /// The line.
    pub line: LineNumber,
    /// Whether it concerns the question.
    pub applies: u32,
    /// Whether it is done.
    pub done: u32,
    /// The duty in words.
    pub duty: Needed,
}

/// A contract that must be there.
#[derive(Debug)]
pub(super) struct ContractRow {
    /// Whether it is there.
    pub there: u32,
    /// The facts, any of which will do.
    pub facts: Vec<Needed>,
}

/// Leaves of the data that all lines treat alike.
#[derive(Debug)]
pub(super) struct Group {
    /// The names of the question that hold one of the leaves, by place.
    pub names: Vec<usize>,
    /// Whatever may forbid.
    pub prohibitions: Vec<Row>,
    /// Whatever may permit, in the order of the policy.
    pub permissions: Vec<Row>,
    /// Duties that must be done first.
    pub gates: Vec<GateRow>,
    /// Contracts that must be there.
    pub contracts: Vec<ContractRow>,
    /// Duties that doing it brings.
    pub obligations: Vec<Row>,
}

/// A question made ready for the facts of any person.
#[derive(Debug)]
pub struct Prepared {
    pub(super) tables: u32,
    /// The first bit that this does not know of.
    pub(super) region_end: u32,
    pub(super) program: Program,
    pub(super) groups: Vec<Group>,
    /// Whether what no line permits is forbidden: not so for erasing and asking.
    pub(super) needs_permission: NeedsPermission,
    /// How many lines the policy has; numbers from here on are of `bare`.
    pub(super) norms: u32,
    pub(super) bare: Vec<String>,
    pub(super) purpose: Option<NounId>,
    pub(super) question: Question,
}

/// Whether a deed needs a line that permits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NeedsPermission {
    /// It does.
    Yes,
    /// It does not.
    No,
}

impl Prepared {
    /// How much room it takes, in nodes of its program and names of its question.
    pub fn size(&self) -> usize {
        self.program.len() + self.question.data.len()
    }
}

impl Tables {
    /// Makes a question ready.
    ///
    /// # Errors
    /// A name that the policy does not know, a slot that the action must have, or more data than one question may be
    /// about.
    pub fn prepare(&self, question: &Question) -> Result<Prepared, Refusal> {
        let asked = Asked::of(&self.policy, question)?;
        let regions = self.regions.read().unwrap_or_else(PoisonError::into_inner);
        let deed = asked.deed;
        let mut draft = Draft {
            tables: self,
            regions: &regions,
            asked: &asked,
            writer: Writer::default(),
            prepared: Prepared {
                tables: self.number,
                region_end: self.region_end(),
                program: Program::default(),
                groups: Vec::new(),
                needs_permission: match deed {
                    Deed::Erase | Deed::Prompt => NeedsPermission::No,
                    _ => NeedsPermission::Yes,
                },
                norms: u32::try_from(self.policy.norms.len()).unwrap_or(u32::MAX),
                bare: Vec::new(),
                purpose: asked.purpose.as_ref().map(|named| named.id),
                question: question.clone(),
            },
        };
        draft.fill()?;
        let Draft {
            prepared, writer, ..
        } = draft;
        Ok(Prepared {
            program: writer.finish(),
            ..prepared
        })
    }
}

struct Draft<'a> {
    tables: &'a Tables,
    regions: &'a Regions,
    asked: &'a Asked,
    writer: Writer,
    prepared: Prepared,
}

impl<'a> Draft<'a> {
    fn fill(&mut self) -> Result<(), Refusal> {
        let mut leaves = LeafSet::EMPTY;
        for named in &self.asked.data {
            leaves.add(&named.set);
        }
        for group in self.alike() {
            let Some(leaf) = group.first().copied() else {
                continue;
            };
            let reader = Reader {
                tables: self.tables,
                regions: self.regions,
                asked: self.asked,
                leaf,
                leaves: &leaves,
                brought: Brought::Counted,
            };
            let names = (0..self.asked.data.len()).filter(|at| {
                let named = self.asked.data.get(*at);
                named.is_some_and(|named| {
                    group
                        .iter()
                        .any(|leaf| named.set.contains(&LeafSet::of(*leaf)))
                })
            });
            let names = names.collect();
            let group = self.group(&reader, names);
            self.prepared.groups.push(group);
            if self.writer.len() > NODE_LIMIT {
                return Err(Refusal::TooLarge);
            }
        }
        Ok(())
    }

    fn group(&mut self, reader: &Reader<'_>, names: Vec<usize>) -> Group {
        let mut prohibitions: Vec<Row> = Vec::new();
        for (behind, expression) in self.prohibitions(reader) {
            let line = self.number(behind);
            prohibitions.extend(self.row(line, &expression));
        }
        prohibitions.sort_by_key(|row| row.line);
        let mut permissions = Vec::new();
        for (line, norm) in self.tables.lines(Mode::May, self.asked.action) {
            permissions.extend(self.row(line, &reader.line(norm)));
        }
        let gates = reader.gates().into_iter().map(|gate| GateRow {
            line: gate.line,
            applies: self.writer.add(&gate.applies),
            done: self.writer.add(&gate.done),
            duty: gate.duty,
        });
        let gates = gates.collect();
        let contracts = reader.contracts().into_iter().map(|contract| ContractRow {
            there: self.writer.add(&contract.there),
            facts: contract.facts,
        });
        let contracts = contracts.collect();
        let mut obligations = Vec::new();
        for (line, applies) in reader.obligations() {
            obligations.extend(self.row(line, &applies));
        }
        Group {
            names,
            prohibitions,
            permissions,
            gates,
            contracts,
            obligations,
        }
    }

    fn row(&mut self, line: LineNumber, expression: &Expression) -> Option<Row> {
        (!expression.is_false()).then(|| Row {
            line,
            root: self.writer.add(expression),
        })
    }

    fn number(&mut self, behind: Behind) -> LineNumber {
        match behind {
            Behind::Line(line) => line,
            Behind::Bare(name) => {
                let bare = &mut self.prepared.bare;
                let at = bare.iter().position(|known| *known == name);
                let at = at.unwrap_or_else(|| {
                    bare.push(name);
                    bare.len() - 1
                });
                self.prepared.norms + u32::try_from(at).unwrap_or(0)
            }
        }
    }

    /// Everything that may forbid, and when.
    fn prohibitions(&self, reader: &Reader<'_>) -> Vec<(Behind, Expression)> {
        let action = self.asked.action;
        let mut found: Vec<(Behind, Expression)> = Vec::new();
        for stated in Action::ALL.iter().filter(|stated| stated.covers(action)) {
            for (line, norm) in self.tables.lines(Mode::Never, *stated) {
                let applies = Expression::and([reader.line(norm), reader.spared(norm)]);
                found.push((Behind::Line(line), applies));
            }
        }
        if action == Action::Ask {
            return found;
        }
        if action == Action::Erase {
            found.extend(self.must_keep(reader));
        } else {
            let apply = self.tables.lines(Mode::Never, Action::Apply);
            for (line, norm) in apply.filter(|(_, norm)| norm.part.is_none()) {
                let applies = Expression::and([reader.not_covered(norm), reader.spared(norm)]);
                found.push((Behind::Line(line), applies));
            }
        }
        for gate in reader.gates() {
            found.push((Behind::Line(gate.line), gate.refused));
        }
        found.extend(reader.exercised());
        found
    }

    /// What keeps data from being erased: a duty to keep it, and a legal hold.
    fn must_keep(&self, reader: &Reader<'_>) -> Vec<(Behind, Expression)> {
        let kept = self.tables.lines(Mode::Must, Action::Keep);
        let mut found: Vec<(Behind, Expression)> = kept
            .map(|(line, norm)| {
                let object = reader.object(norm);
                if object.is_false() {
                    return (Behind::Line(line), object);
                }
                let applies = Expression::and([object, reader.around(norm), reader.spared(norm)]);
                (Behind::Line(line), applies)
            })
            .collect();
        let place = Place {
            norm: None,
            bearing: Bearing::Binds,
        };
        if let Some(hold) = &self.tables.words.legal_hold {
            let held = reader.fact(hold, place).certain();
            found.push((Behind::Bare("fact legal-hold".to_owned()), held));
        }
        found
    }

    /// The leaves of the question, those together that no line and no scope tells apart.
    fn alike(&self) -> Vec<Vec<u32>> {
        let sets = self.telling_sets();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let mut index: HashMap<Vec<u64>, usize> = HashMap::new();
        for leaf in self.asked.leaves() {
            let one = LeafSet::of(leaf);
            let mut signature = vec![0_u64; sets.len().div_ceil(64)];
            for (at, set) in sets.iter().enumerate() {
                if let Some(word) = signature.get_mut(at / 64) {
                    *word |= u64::from(set.contains(&one)) << (at % 64);
                }
            }
            let at = *index.entry(signature).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.push(leaf),
                None => groups.push(vec![leaf]),
            }
        }
        groups
    }

    /// Every set of leaves that some line or scope names.
    fn telling_sets(&self) -> Vec<&'a LeafSet> {
        let policy = &self.tables.policy;
        let mut names: Vec<NounId> = Vec::new();
        for norm in &policy.norms {
            let used = norm.all_names().filter(|name| {
                matches!(
                    name.kind,
                    Kind::Data | Kind::Fact | Kind::Right | Kind::Topic
                )
            });
            names.extend(used.map(|name| name.id));
        }
        names.extend(
            ["sensitive", "cookie", "necessary-cookie"]
                .iter()
                .filter_map(|name| policy.nouns.find(Kind::Data, name)),
        );
        names.extend(self.tables.links.names());
        names.extend(self.asked.data.iter().map(|named| named.id));
        names.sort_unstable();
        names.dedup();
        let scopes = self
            .regions
            .all
            .iter()
            .filter_map(|region| region.scope.data.as_ref());
        let firm = self.tables.links.firm_sets(&names);
        let named = names.iter().map(|id| policy.nouns.set(*id));
        named.chain(scopes).chain(firm).collect()
    }
}
