package measure_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wismo/core/understand"
	"wismo/core/understand/measure"
)

// parrot understands what it is told to.
type parrot map[string]understand.Understanding

func (p parrot) Understand(text string, _ understand.Hint) understand.Understanding { return p[text] }

func means(i understand.Intent, upset bool, lang string) understand.Understanding {
	return understand.Understanding{Intents: []understand.Scored{{Name: i, Score: 1}}, Upset: understand.Mood{Is: upset}, Language: lang}
}

func judged() []measure.Judged {
	rows := []measure.Row{
		{Text: "a", Intent: understand.TrackOrder, Lang: "en", Upset: true},
		{Text: "b", Intent: understand.TrackOrder, Accept: []understand.Intent{understand.StalledOrLate}, Lang: "en", Upset: true},
		{Text: "c", Intent: understand.TrackOrder, Lang: "de"},
		{Text: "d", Intent: understand.TrackOrder, Lang: "de"},
		{Text: "e", Intent: understand.OutOfScope, Lang: "fr"},
		{Text: "f", Intent: understand.OutOfScope, Accept: []understand.Intent{understand.CancelOrder}, Lang: "fr"},
	}
	return measure.Judge(parrot{
		"a": means(understand.TrackOrder, true, "en"),
		"b": means(understand.StalledOrLate, false, "en"),
		"c": means(understand.OutOfScope, true, "de"),
		"d": means(understand.TrackOrder, false, ""),
		"e": means(understand.RefundRequest, false, "fr"),
		"f": means(understand.CancelOrder, false, "en"),
	}, rows)
}

func TestScores(t *testing.T) {
	t.Parallel()
	js := judged()
	precision, recall := measure.Upset(js)
	cases := map[string]struct{ got, want float64 }{
		"strict":    {measure.Macro(js, false), (.5 + 0) / 2},
		"lenient":   {measure.Macro(js, true), (.75 + .5) / 2},
		"found":     {measure.Found(js), .75},
		"mistaken":  {measure.Mistaken(js), 1}, // f may be a cancellation and does not count
		"precision": {precision, .5},
		"recall":    {recall, .5},
		"language":  {measure.Language(js), 4. / 6},
		"of none":   {measure.Macro(nil, true), 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if math.Abs(c.got-c.want) > 1e-9 {
				t.Errorf("%v, want %v", c.got, c.want)
			}
		})
	}
}

func TestConfusion(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	measure.Confusion(&b, judged())
	for _, want := range []string{"track_order", "refund_request", "out_of_scope"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line for %s in\n%s", want, b.String())
		}
	}
}

func TestLoadNamesTheLine(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(file, []byte("{\"text\":\"a\"}\n\n{oops\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := measure.Load(file); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("error %v does not name line 3", err)
	}
}

func TestLoadTurns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	talk := put("talk.json", `[{"convo_id":7,"original":[["agent","hi"],["customer","where is it"]]}]`)
	rows, err := measure.LoadTurns(talk, put("labels.jsonl", `{"convo":7,"turn":1,"intent":"track_order"}`))
	if err != nil || len(rows) != 1 || rows[0].Text != "where is it" || rows[0].Intent != understand.TrackOrder {
		t.Errorf("%+v, %v", rows, err)
	}
	if _, err := measure.LoadTurns(talk, put("astray.jsonl", `{"convo":7,"turn":5,"intent":"track_order"}`)); err == nil {
		t.Error("a label for a turn that is not there was taken")
	}
}
