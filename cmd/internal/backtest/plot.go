package backtest

import (
	"fmt"
	"html/template"
	"strings"

	"wismo/core/backtest"
)

// Measures of a plot, in its own units.
const (
	plotWidth  = 720
	nameWidth  = 230
	countWidth = 50
	barHeight  = 18
	rowHeight  = 28
	barRoom    = plotWidth - nameWidth - countWidth
)

// share is a piece of a bar: a colour's name, how much of the bar it is (0 to
// 1), and what it stands for.
type share struct {
	class string
	part  float64
	says  string
}

// bar is a line of a plot: the bar is length (0 to 1) of the room long, and
// made of its shares.
type bar struct {
	name   string
	count  int
	length float64
	shares []share
}

// plot draws bars as SVG. Whoever cannot see it hears its title and each
// piece's.
func plot(id, title, describes string, bars []bar) template.HTML {
	var b strings.Builder
	height := rowHeight * len(bars)
	fmt.Fprintf(&b, `<svg role="img" aria-labelledby="%s-t %s-d" viewBox="0 0 %d %d" width="%d" height="%d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		id, id, plotWidth, height, plotWidth, height, id, escape(title), id, escape(describes))
	for i, r := range bars {
		y := i * rowHeight
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, nameWidth-8, y+barHeight-3, escape(r.name))
		x := float64(nameWidth)
		for _, s := range r.shares {
			w := s.part * r.length * barRoom
			if w <= 0 {
				continue
			}
			fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d"><title>%s</title></rect>`, escape(s.class), x, y+2, w, barHeight, escape(s.says))
			x += w
		}
		fmt.Fprintf(&b, `<text class="n" x="%.1f" y="%d">%d</text>`, x+6, y+barHeight-3, r.count)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // every text in it is escaped above
}

func escape(s string) string { return template.HTMLEscapeString(s) }

// classOf is the colour of an outcome, by its place in the list of them.
func classOf(o backtest.Outcome) string { return fmt.Sprintf("o%d", o) }

// outcomesPlot draws how often each outcome is.
func outcomesPlot(r *backtest.Report) template.HTML {
	most := 1
	for _, n := range r.All {
		most = max(most, n)
	}
	var bars []bar
	for _, o := range backtest.Outcomes() {
		n, l := r.All[o], labelOf(o, r.Live)
		bars = append(bars, bar{l.Name, n, float64(n) / float64(most), []share{{classOf(o), 1, l.Name + ": " + percent(r.All.Share(o))}}})
	}
	return plot("outcomes", "What the conversations would have come to", Headline(r), bars)
}

// reasonsPlot draws why conversations are handed off.
func reasonsPlot(r *backtest.Report) template.HTML {
	reasons := r.ByReason()
	most := 1
	for _, x := range reasons {
		most = max(most, x.Count)
	}
	var bars []bar
	for _, x := range reasons {
		name, class := reasonOf(x.Reason), classOf(backtest.HandedOff)
		bars = append(bars, bar{short(name), x.Count, float64(x.Count) / float64(most), []share{{class, 1, fmt.Sprintf("%s: %d", name, x.Count)}}})
	}
	return plot("reasons", "Why a person is needed", "The commonest reason first.", bars)
}

// short cuts a name to what the plot has room for.
func short(name string) string {
	name, _, _ = strings.Cut(name, " (")
	return name
}

// rowsPlot draws a breakdown: the outcomes of each row as shares of its bar.
func rowsPlot(id string, b breakdown, live bool) template.HTML {
	most := 1
	for _, row := range b.Rows {
		most = max(most, row.Tally.Total())
	}
	var bars []bar
	for _, row := range b.Rows {
		n := row.Tally.Total()
		r := bar{name: strings.ReplaceAll(row.Name, "_", " "), count: n, length: float64(n) / float64(most)}
		for _, o := range backtest.Outcomes() {
			r.shares = append(r.shares, share{classOf(o), row.Tally.Share(o), fmt.Sprintf("%s, %s: %d of %d", r.name, labelOf(o, live).Name, row.Tally[o], n)})
		}
		bars = append(bars, r)
	}
	return plot(id, "Conversations "+b.Title, "The colours are those of the outcomes above.", bars)
}
