package backtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"wismo/core/backtest"
)

//go:embed page.html
var pageHTML string

// sheet is what the page shows.
type sheet struct {
	Made     string
	Headline string
	Outcomes []outcomeRow
	Plot     template.HTML
	Reasons  []reasonRow
	Why      template.HTML
	Tables   []tableView
	Heads    []string
	Notes    []string
}

type outcomeRow struct {
	Class string
	label
	Count int
	Share string
}

type reasonRow struct {
	Name  string
	Count int
}

type tableView struct {
	ID, Title string
	Plot      template.HTML
	Rows      []tableRow
}

type tableRow struct {
	Name  string
	Total int
	Cells []int
}

// Page writes a report as an HTML page that needs nothing else: no script, no
// font, no image from elsewhere.
func Page(w io.Writer, r *backtest.Report, made time.Time) error {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("the page's template: %w", err)
	}
	return t.Execute(w, sheetOf(r, made))
}

func sheetOf(r *backtest.Report, made time.Time) sheet {
	s := sheet{Made: made.Format("2 January 2006"), Headline: Headline(r), Plot: outcomesPlot(r), Notes: notes(r)}
	for _, o := range backtest.Outcomes() {
		l := labelOf(o, r.Live)
		s.Outcomes = append(s.Outcomes, outcomeRow{classOf(o), l, r.All[o], percent(r.All.Share(o))})
		s.Heads = append(s.Heads, l.Name)
	}
	for _, x := range r.ByReason() {
		s.Reasons = append(s.Reasons, reasonRow{reasonOf(x.Reason), x.Count})
	}
	if len(s.Reasons) > 0 {
		s.Why = reasonsPlot(r)
	}
	for i, b := range breakdowns(r) {
		if len(b.Rows) == 0 {
			continue
		}
		id := fmt.Sprintf("by%d", i)
		v := tableView{ID: id, Title: b.Title, Plot: rowsPlot(id, b, r.Live)}
		for _, row := range b.Rows {
			tr := tableRow{Name: strings.ReplaceAll(row.Name, "_", " "), Total: row.Tally.Total()}
			for _, o := range backtest.Outcomes() {
				tr.Cells = append(tr.Cells, row.Tally[o])
			}
			v.Rows = append(v.Rows, tr)
		}
		s.Tables = append(s.Tables, v)
	}
	return s
}
