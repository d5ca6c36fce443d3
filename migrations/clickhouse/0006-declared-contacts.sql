-- What would count if the person had declared an outside contact: without what a declared contact explains. Both are
-- kept, because a contact may be declared after the day: whoever asks later chooses by what was known then.
ALTER TABLE signals
    ADD COLUMN IF NOT EXISTS counted_declared Float32 DEFAULT counted,
    ADD COLUMN IF NOT EXISTS gains_declared Array(Tuple(DateTime('UTC'), Float32)) DEFAULT gains;

-- `undeclared` is the evidence as if nothing had ever been declared: a declaration must not make later news look newer.
ALTER TABLE standings
    ADD COLUMN IF NOT EXISTS fresh_declared Float32 DEFAULT fresh,
    ADD COLUMN IF NOT EXISTS undeclared Float32 DEFAULT evidence;
