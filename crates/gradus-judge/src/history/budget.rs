//! How much a search may still try, counted in steps so that a verdict does not depend on the machine.

pub(super) struct Budget {
    whole: u64,
    left: u64,
}

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self { whole: steps, left: steps }
    }

    /// The same budget, untouched.
    pub(super) fn again(&self) -> Self {
        Self::new(self.whole)
    }

    /// A part of what is left, taken out of it.
    pub(super) fn portion(&mut self, most: u64) -> Self {
        let portion = self.left.min(most);
        self.left -= portion;
        Self::new(portion)
    }

    /// Half of what is left, taken out of it.
    pub(super) fn half(&mut self) -> Self {
        self.portion(self.left / 2)
    }

    /// Gives back what a portion left.
    pub(super) fn give_back(&mut self, portion: &Self) {
        self.left += portion.left;
    }

    pub(super) fn spend(&mut self, steps: u64) {
        self.left = self.left.saturating_sub(steps);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }
}
