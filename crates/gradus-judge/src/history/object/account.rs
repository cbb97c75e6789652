//! Amounts that are never negative: one account, or several that transfers connect.

use super::sums::Sums;
use super::{Object, Watch};
use crate::history::part::Part;
use crate::history::search::Cast;
use crate::history::told::{Told, whole};
use crate::history::{Call, Operation, Start};
use std::collections::BTreeMap;

pub(in crate::history) struct Account {
    places: BTreeMap<String, usize>,
    start: Box<[i128]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) struct Step {
    account: usize,
    kind: Kind,
    amount: i128,
    /// About `account`. `None` inside: an answer that is no whole number, so never right.
    told: Told<Option<i128>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Read,
    Deposit,
    Withdraw,
    Transfer { to: usize },
}

impl Account {
    pub(in crate::history) fn new(start: &Start<u64>, part: &Part, operations: &[Operation]) -> Self {
        let mut places = BTreeMap::new();
        let mut balances = Vec::new();
        let mut open = |key: &String| {
            places.entry(key.clone()).or_insert_with(|| {
                balances.push(i128::from(*start.of(key)));
                balances.len() - 1
            });
        };
        for operation in part.operations.iter().map(|index| &operations[*index]) {
            open(&operation.key);
            if let Call::Transfer { to, .. } = &operation.call {
                open(to);
            }
        }
        Self { places, start: balances.into() }
    }
}

impl Object for Account {
    type Step = Step;
    type State = Box<[i128]>;
    type Watch = Waiting;

    fn start(&self) -> Box<[i128]> {
        self.start.clone()
    }

    fn step(&mut self, operation: &Operation) -> Option<Step> {
        let told = Told::new(operation, whole);
        let (kind, amount) = match &operation.call {
            Call::Read => (Kind::Read, 0),
            Call::Deposit(amount) => (Kind::Deposit, *amount),
            Call::Withdraw(amount) => (Kind::Withdraw, *amount),
            Call::Transfer { to, amount } => (Kind::Transfer { to: self.places[to] }, *amount),
            _ => return None,
        };
        let tells_nothing = match kind {
            Kind::Read => matches!(told, Told::Nothing | Told::Refused),
            Kind::Deposit => told == Told::Refused,
            Kind::Withdraw | Kind::Transfer { .. } => false,
        };
        let account = self.places[&operation.key];
        (!tells_nothing).then_some(Step { account, kind, amount: amount.into(), told })
    }

    fn is_pure(step: &Step) -> bool {
        step.kind == Kind::Read || step.told == Told::Refused
    }

    fn apply(state: &Box<[i128]>, step: &Step) -> Option<Box<[i128]>> {
        let before = state[step.account];
        let is_enough = before >= step.amount;
        let after = match step.kind {
            Kind::Read => before,
            Kind::Deposit => before + step.amount,
            Kind::Transfer { to } if to == step.account => before,
            Kind::Withdraw | Kind::Transfer { .. } => before - step.amount,
        };
        let fits = match (step.kind, step.told) {
            (Kind::Withdraw | Kind::Transfer { .. }, Told::Refused) => {
                return (!is_enough).then(|| state.clone());
            }
            (Kind::Withdraw | Kind::Transfer { .. }, _) if !is_enough => false,
            (_, told) => told.allows(&Some(before), &Some(after)),
        };
        if !fits {
            return None;
        }
        let mut balances = state.clone();
        balances[step.account] = after;
        if let Kind::Transfer { to } = step.kind
            && to != step.account
        {
            balances[to] += step.amount;
        }
        Some(balances)
    }

    fn weight(state: &Box<[i128]>) -> usize {
        2 * state.len()
    }
}

impl Step {
    /// What it adds to which accounts if it takes effect.
    fn effects(&self) -> [Option<(usize, i128)>; 2] {
        match self.kind {
            _ if self.told == Told::Refused => [None, None],
            Kind::Read => [None, None],
            Kind::Deposit => [Some((self.account, self.amount)), None],
            Kind::Withdraw => [Some((self.account, -self.amount)), None],
            Kind::Transfer { to } if to == self.account => [None, None],
            Kind::Transfer { to } => [Some((self.account, -self.amount)), Some((to, self.amount))],
        }
    }

    /// What must be in its account right before it, if the answer tells.
    fn needs(&self) -> Option<i128> {
        let own = self.effects()[0].map_or(0, |(_, by)| by);
        match self.told {
            Told::After(told) => told.map(|told| told - own),
            Told::Before(told) => told,
            Told::Nothing | Told::Refused => None,
        }
    }
}

pub(in crate::history) struct Waiting {
    required: usize,
    accounts: Vec<Sums>,
}

impl Watch<Box<[i128]>, Step> for Waiting {
    fn new(start: &Box<[i128]>, cast: &Cast<'_, Step>) -> Self {
        let accounts = start.iter().map(|_| Sums::default()).collect();
        let mut waiting = Self { required: cast.required, accounts };
        for (index, deed) in cast.deeds.iter().enumerate() {
            waiting.unmark(index, &deed.step);
        }
        waiting
    }

    fn mark(&mut self, deed: usize, step: &Step) {
        for (account, by) in step.effects().into_iter().flatten() {
            self.accounts[account].remove(by);
        }
        if let Some(number) = step.needs().filter(|_| deed < self.required) {
            self.accounts[step.account].serve(number);
        }
    }

    fn unmark(&mut self, deed: usize, step: &Step) {
        for (account, by) in step.effects().into_iter().flatten() {
            self.accounts[account].add(by);
        }
        if let Some(number) = step.needs().filter(|_| deed < self.required) {
            self.accounts[step.account].need(number);
        }
    }

    fn is_hopeless(&self, _before: &Box<[i128]>, _step: &Step, after: &Box<[i128]>) -> bool {
        self.accounts.iter().zip(after).any(|(sums, balance)| sums.is_hopeless(*balance))
    }

    fn due(&self, _step: &Step) -> u64 {
        u64::MAX
    }
}
