package measure

import (
	"fmt"
	"io"
	"slices"
	"sort"

	"wismo/core/shop"
	"wismo/core/understand"
)

// orderActions are the intents that lead to an order being looked at.
var orderActions = []understand.Intent{
	understand.TrackOrder, understand.StalledOrLate, understand.DeliveredNotReceived, understand.DamagedOrWrong, understand.CancelOrder,
	understand.ChangeOrder, understand.ChangeAddress, understand.ReturnExchange, understand.RefundRequest, understand.RefundStatus,
}

// IsOrderAction reports whether an intent leads to an order being looked at.
func IsOrderAction(i understand.Intent) bool { return slices.Contains(orderActions, i) }

// Judged is a row with what the recogniser made of it.
type Judged struct {
	*Row
	Got understand.Understanding
}

// Top is the intent that came out first.
func (j *Judged) Top() understand.Intent { return j.Got.Intents[0].Name }

// Judge runs a recogniser over rows.
func Judge(r understand.Recognizer, rows []Row) []Judged {
	h := understand.Hint{Format: shop.Defaults().Orders, Region: "US"}
	out := make([]Judged, len(rows))
	for i := range rows {
		out[i] = Judged{&rows[i], r.Understand(rows[i].Text, h)}
	}
	return out
}

// Macro is the share of right answers per intent, averaged over the intents.
func Macro(js []Judged, lenient bool) float64 {
	right, all := map[understand.Intent]int{}, map[understand.Intent]int{}
	for i := range js {
		all[js[i].Intent]++
		if js[i].Takes(js[i].Top(), lenient) {
			right[js[i].Intent]++
		}
	}
	return mean(right, all)
}

func mean(right, all map[understand.Intent]int) float64 {
	sum := 0.0
	names := make([]string, 0, len(all))
	for i := range all {
		names = append(names, string(i))
	}
	sort.Strings(names)
	for _, n := range names {
		sum += float64(right[understand.Intent(n)]) / float64(all[understand.Intent(n)])
	}
	return sum / float64(max(len(names), 1))
}

// Found is the share of order questions that were understood (leniently), per
// intent and averaged.
func Found(js []Judged) float64 {
	var orders []Judged
	for _, j := range js {
		if IsOrderAction(j.Intent) {
			orders = append(orders, j)
		}
	}
	return Macro(orders, true)
}

// Mistaken is the share of other talk that was taken for an order action.
func Mistaken(js []Judged) float64 {
	wrong, all := 0, 0
	for i := range js {
		j := &js[i]
		if IsOrderAction(j.Intent) || slices.ContainsFunc(j.Accept, IsOrderAction) {
			continue
		}
		all++
		if IsOrderAction(j.Top()) {
			wrong++
		}
	}
	return share(wrong, all)
}

// Upset compares the mood with the label: how many of those found upset are,
// and how many of those who are were found.
func Upset(js []Judged) (precision, recall float64) {
	found, right, all := 0, 0, 0
	for i := range js {
		j := &js[i]
		if j.Got.Upset.Is {
			found++
		}
		if j.Upset {
			all++
			if j.Got.Upset.Is {
				right++
			}
		}
	}
	return share(right, found), share(right, all)
}

// Language is the share of rows whose language was told right.
func Language(js []Judged) float64 {
	right := 0
	for i := range js {
		if js[i].Got.Language == js[i].Lang {
			right++
		}
	}
	return share(right, len(js))
}

func share(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// Of keeps the judged rows that a condition holds for.
func Of(js []Judged, keep func(*Judged) bool) []Judged {
	var out []Judged
	for i := range js {
		if keep(&js[i]) {
			out = append(out, js[i])
		}
	}
	return out
}

// Confusion writes a table of what was said against what was understood.
func Confusion(w io.Writer, js []Judged) {
	var names []string
	cell := map[[2]string]int{}
	for i := range js {
		want, got := string(js[i].Intent), string(js[i].Top())
		if js[i].Takes(js[i].Top(), true) {
			got = want
		}
		cell[[2]string{want, got}]++
		for _, n := range []string{want, got} {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	sort.Strings(names)
	fmt.Fprintf(w, "%-27s", "said \\ understood")
	for i := range names {
		fmt.Fprintf(w, "%5d", i+1)
	}
	fmt.Fprintln(w)
	for i, want := range names {
		fmt.Fprintf(w, "%2d %-24s", i+1, want)
		for _, got := range names {
			if n := cell[[2]string{want, got}]; n > 0 {
				fmt.Fprintf(w, "%5d", n)
			} else {
				fmt.Fprintf(w, "%5s", "·")
			}
		}
		fmt.Fprintln(w)
	}
}
