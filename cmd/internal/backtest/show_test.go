package backtest_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	show "wismo/cmd/internal/backtest"
	"wismo/core/backtest"
	"wismo/core/handoff"
	"wismo/core/understand"
)

func report(live bool) *backtest.Report {
	r := backtest.NewReport(live)
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for n, x := range []backtest.Result{
		{Outcome: backtest.FromOrder, Intent: understand.TrackOrder, Language: "en", Heard: 1},
		{Outcome: backtest.FromShop, Intent: understand.ShippingPolicy, Language: "de", Heard: 1},
		{Outcome: backtest.AskedBack, Intent: understand.TrackOrder, Language: "en", Heard: 2, Later: 1},
		{Outcome: backtest.HandedOff, Reason: handoff.Request, Intent: understand.CancelOrder, Language: "en", Heard: 1, Upset: true},
		{Outcome: backtest.NotUnderstood, Intent: understand.OutOfScope, Language: "other", Heard: 1},
		{Outcome: backtest.NothingAsked, Intent: understand.Greeting, Language: "en", Heard: 1},
		{Outcome: backtest.HandedOff, Reason: handoff.Reason("<brand> new & odd"), Intent: understand.TrackOrder, Language: "en", Heard: 1},
		{Outcome: backtest.FromOrder, Intent: understand.TrackOrder, Language: "en", Heard: 1},
		{Outcome: backtest.AskedForPerson, Reason: handoff.Request, Intent: understand.CancelOrder, Language: "en", Heard: 1},
		{Outcome: backtest.NotUnderstood, Intent: understand.OutOfScope, Language: "en", Heard: 1},
	} {
		x.At = at.AddDate(0, n%2, 0)
		r.Add(x)
	}
	return r
}

func TestTable(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		live bool
		want []string
	}{
		"without a store": {false, []string{
			"Of 10 conversations, 40.0 % would have been answered without a person: 30.0 % at once, 10.0 % once",
			"answered from the order, if it matches", "2   20.0 %", "asked back, then handed to a person", "a request (cancel, change, return, refund …)", "upset", "track_order", "2026-05", "1 later message meant nothing", "No store was read",
		}},
		"with one": {true, []string{"answered from the order  ", "Orders were read as they stand today"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := show.Table(&b, report(tt.live)); err != nil {
				t.Fatal(err)
			}
			for _, w := range tt.want {
				if !strings.Contains(b.String(), w) {
					t.Errorf("no %q in\n%s", w, b.String())
				}
			}
		})
	}
}

func TestNothingAtAll(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := show.Table(&b, backtest.NewReport(false)); err != nil || !strings.Contains(b.String(), "no conversation") || strings.Contains(b.String(), "NaN") {
		t.Errorf("%v\n%s", err, b.String())
	}
	b.Reset()
	if err := show.Page(&b, backtest.NewReport(false), time.Now()); err != nil || strings.Contains(b.String(), "NaN") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// full is a disk that is.
type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFailedWritesAreTold(t *testing.T) {
	t.Parallel()
	if err := show.Table(full{}, report(false)); !errors.Is(err, errFull) {
		t.Errorf("table: %v", err)
	}
	if err := show.Page(full{}, report(false), time.Now()); !errors.Is(err, errFull) {
		t.Errorf("page: %v", err)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := show.Page(&b, report(false), time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"23 November 2026", "40.0 %", "Why a person is needed", "by language", "by month", "&lt;brand&gt; new &amp; odd"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, bad := range []string{"<script", "http://", "https://", "src=", "url(", "<brand>", "NaN", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q stands in the page", bad)
		}
	}
	plots := strings.Split(page, `<svg role="img"`)[1:]
	if len(plots) != 5 {
		t.Errorf("%d plots, want 5", len(plots))
	}
	for i, p := range plots {
		p = `<svg role="img"` + p[:strings.Index(p, "</svg>")+len("</svg>")]
		checkPlot(t, i, p)
	}
}

// checkPlot sees that a plot is sound XML with a title, and that no bar leaves
// it.
func checkPlot(t *testing.T, i int, p string) {
	t.Helper()
	var svg struct {
		Title string  `xml:"title"`
		Desc  string  `xml:"desc"`
		Width float64 `xml:"width,attr"`
		Rects []struct {
			X     float64 `xml:"x,attr"`
			Width float64 `xml:"width,attr"`
			Title string  `xml:"title"`
		} `xml:"rect"`
	}
	d := xml.NewDecoder(strings.NewReader(p))
	if err := d.Decode(&svg); err != nil {
		t.Errorf("plot %d: %v", i, err)
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("plot %d: something follows it: %v", i, err)
	}
	if svg.Title == "" || svg.Desc == "" || len(svg.Rects) == 0 {
		t.Errorf("plot %d: title %q, desc %q, %d bars", i, svg.Title, svg.Desc, len(svg.Rects))
	}
	for _, r := range svg.Rects {
		if r.Title == "" || r.Width <= 0 || r.X+r.Width > svg.Width {
			t.Errorf("plot %d: bar %+v", i, r)
		}
	}
}
