package backtest

import (
	"cmp"
	"slices"

	"wismo/core/handoff"
	"wismo/core/understand"
)

// Tally counts conversations by Outcome.
type Tally [outcomes]int

// Total is how many conversations were counted.
func (t Tally) Total() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

// Share is the share of some outcomes in all, 0 to 1; 0 of none.
func (t Tally) Share(of ...Outcome) float64 {
	n := 0
	for _, o := range of {
		n += t[o]
	}
	return float64(n) / float64(max(t.Total(), 1))
}

// Answered is the share that needs no person: at once, or when the customer
// has answered the bot's own question.
func (t Tally) Answered() float64 { return t.Share(FromOrder, FromShop, AskedBack) }

// Report is what all conversations would have come to. It holds counts only.
type Report struct {
	// Live is true if a store was read.
	Live bool
	// All counts by outcome.
	All Tally
	// Heard counts messages, Later those passed over (see Result.Later), Upset
	// the conversations with somebody upset.
	Heard, Later, Upset int
	// Reasons counts the conversations that are HandedOff or AskedForPerson.
	Reasons map[handoff.Reason]int

	intents   map[understand.Intent]*Tally
	languages map[string]*Tally
	months    map[string]*Tally
}

// NewReport returns an empty report; live says whether a store is read.
func NewReport(live bool) *Report {
	return &Report{
		Live: live, Reasons: map[handoff.Reason]int{},
		intents: map[understand.Intent]*Tally{}, languages: map[string]*Tally{}, months: map[string]*Tally{},
	}
}

// Add counts one conversation.
func (r *Report) Add(x Result) {
	r.All[x.Outcome]++
	r.Heard += x.Heard
	r.Later += x.Later
	if x.Upset {
		r.Upset++
	}
	if x.Outcome == HandedOff || x.Outcome == AskedForPerson {
		r.Reasons[x.Reason]++
	}
	count(r.intents, x.Intent, x.Outcome)
	count(r.languages, x.Language, x.Outcome)
	if !x.At.IsZero() {
		count(r.months, x.At.Format("2006-01"), x.Outcome)
	}
}

func count[K comparable](m map[K]*Tally, k K, o Outcome) {
	if m[k] == nil {
		m[k] = &Tally{}
	}
	m[k][o]++
}

// Row is one line of a breakdown.
type Row struct {
	Name  string
	Tally Tally
}

// Intents breaks down by what was wanted, the commonest first.
func (r *Report) Intents() []Row { return commonest(r.intents) }

// Languages breaks down by language, the commonest first.
func (r *Report) Languages() []Row { return commonest(r.languages) }

// Months breaks down by the month ("2006-01") in which conversations began, in
// their order.
func (r *Report) Months() []Row {
	out := rows(r.months)
	slices.SortFunc(out, func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func commonest[K ~string](m map[K]*Tally) []Row {
	out := rows(m)
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Tally.Total(), a.Tally.Total()), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func rows[K ~string](m map[K]*Tally) []Row {
	out := make([]Row, 0, len(m))
	for k, t := range m {
		out = append(out, Row{string(k), *t})
	}
	return out
}

// Reason is how often conversations are handed off for one reason.
type Reason struct {
	Reason handoff.Reason
	Count  int
}

// ByReason lists the reasons, the commonest first.
func (r *Report) ByReason() []Reason {
	var out []Reason
	for k, n := range r.Reasons {
		out = append(out, Reason{k, n})
	}
	slices.SortFunc(out, func(a, b Reason) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason)) })
	return out
}
