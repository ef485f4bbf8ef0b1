package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"wismo/core/understand"
	"wismo/core/understand/evalset"
	"wismo/core/understand/measure"
	"wismo/core/understand/tracking"
	"wismo/core/understand/train"
)

// figures are shares from 0 to 1 by name. More is better, but for those whose
// name begins with "mistaken".
type figures map[string]float64

// sheet is everything that was measured: the figures, and the judged texts
// that a confusion table is printed of.
type sheet struct {
	figures figures
	tables  []table
	// mails are lines about how mails are read, missed those read wrongly.
	mails, missed []string
}

type table struct {
	title string
	rows  []measure.Judged
}

// measureAll measures the recogniser that is built into the program. Texts that
// trained its model are judged by a model that has not seen them.
func measureAll(mind *understand.Recogniser, root, dir string) (*sheet, error) {
	s := &sheet{figures: figures{}}
	steps := []func() error{
		func() error { return s.crossed(dir) },
		func() error { return s.openings(mind, root) },
		func() error { return s.paraphrases(mind, root) },
		func() error { return s.dialogues(mind, root, dir) },
		func() error { return s.mood(mind, dir) },
		func() error { return s.multilingual(mind, dir) },
		func() error { return s.entities(mind, root) },
		func() error { return s.tracking(dir) },
		func() error { return s.replies(dir) },
		func() error { return s.machines(dir) },
		func() error { return s.odd(dir) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// crossed measures the files that train the model.
func (s *sheet) crossed(dir string) error {
	all, err := train.Crossed(dir)
	if err != nil {
		return err
	}
	var hint3 []measure.Judged
	for file, js := range all {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "intent_"), ".jsonl")
		s.figures[name+" strict"] = measure.Macro(js, false)
		s.figures[name+" lenient"] = measure.Macro(js, true)
		s.figures["mistaken "+name] = measure.Mistaken(js)
		if name == "hint3" {
			hint3 = js
		}
		if name == "clinc150" {
			s.tables = append(s.tables, table{"clinc150 order status", said(js, understand.TrackOrder)})
			s.figures["clinc150 order status"] = measure.Macro(said(js, understand.TrackOrder), true)
			s.figures["clinc150 out of scope"] = measure.Macro(said(js, understand.OutOfScope), true)
		}
	}
	for _, shop := range []string{"curekart", "sofmattress", "powerplay11"} {
		js := measure.Of(hint3, func(j *measure.Judged) bool { return j.Source == "hint3/"+shop })
		s.figures["mistaken hint3 "+shop] = measure.Mistaken(js)
		if shop != "powerplay11" { // no shop: a sports app
			s.figures["hint3 "+shop+" orders found"] = measure.Found(js)
		}
	}
	s.tables = append(s.tables, table{"hint3, each shop by a model that has not seen it", hint3})
	return nil
}

func said(js []measure.Judged, i understand.Intent) []measure.Judged {
	return measure.Of(js, func(j *measure.Judged) bool { return j.Intent == i })
}

// openings measures the opening messages that were written before the rules.
func (s *sheet) openings(mind *understand.Recogniser, root string) error {
	rows, err := measure.Load(filepath.Join(root, "core/understand/testdata/openings.jsonl"))
	if err != nil {
		return err
	}
	js := measure.Judge(mind, rows)
	s.figures["openings strict"] = measure.Macro(js, false)
	s.figures["openings lenient"] = measure.Macro(js, true)
	s.figures["openings orders found"] = measure.Found(js)
	s.figures["mistaken openings"] = measure.Mistaken(js)
	s.figures["openings language"] = measure.Language(js)
	for _, lang := range []string{"en", "de", "fr", "es", "it", "nl", "pt"} {
		own := measure.Of(js, func(j *measure.Judged) bool { return j.Lang == lang })
		s.figures["openings lenient "+lang] = measure.Macro(own, true)
	}
	s.tables = append(s.tables, table{"openings in seven languages", js})
	return nil
}

// paraphrases measures other messages of the same kinds, which may be tuned to.
func (s *sheet) paraphrases(mind *understand.Recogniser, root string) error {
	rows, err := measure.Load(filepath.Join(root, "core/understand/testdata/paraphrases.jsonl"))
	if err != nil {
		return err
	}
	js := measure.Judge(mind, rows)
	s.figures["paraphrases lenient"] = measure.Macro(js, true)
	s.figures["paraphrases language"] = measure.Language(js)
	s.tables = append(s.tables, table{"paraphrases", js})
	return nil
}

// dialogues measures what customers say in whole conversations.
func (s *sheet) dialogues(mind *understand.Recogniser, root, dir string) error {
	rows, err := measure.LoadTurns(filepath.Join(dir, "dialogues_abcd.json"), filepath.Join(root, "core/understand/testdata/abcd_turns.jsonl"))
	if err != nil {
		return err
	}
	js := measure.Judge(mind, rows)
	s.figures["abcd turns strict"] = measure.Macro(js, false)
	s.figures["abcd turns lenient"] = measure.Macro(js, true)
	s.tables = append(s.tables, table{"turns of the ABCD dialogues", js})
	return nil
}

// mood measures who is found upset among people who write to airlines.
func (s *sheet) mood(mind *understand.Recogniser, dir string) error {
	rows, err := measure.Load(filepath.Join(dir, "measure-only", "sentiment_airline.jsonl"))
	if err != nil {
		return err
	}
	s.figures["upset precision"], s.figures["upset recall"] = measure.Upset(measure.Judge(mind, rows))
	return nil
}

// multilingual measures small talk and parcel questions of several chatbots.
func (s *sheet) multilingual(mind *understand.Recogniser, dir string) error {
	rows, err := measure.Load(filepath.Join(dir, "measure-only", "intent_misc_multilingual.jsonl"))
	if err != nil {
		return err
	}
	js := measure.Judge(mind, rows)
	s.figures["multilingual strict"] = measure.Macro(js, false)
	s.figures["multilingual lenient"] = measure.Macro(js, true)
	s.figures["mistaken multilingual"] = measure.Mistaken(js)
	return nil
}

// entities measures order numbers and what may be taken for one.
func (s *sheet) entities(mind *understand.Recogniser, root string) error {
	f, err := os.Open(filepath.Join(root, "core/understand/testdata/entities.jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	cases, err := evalset.Load(f)
	if err != nil {
		return err
	}
	e := evalset.Entities(cases, mind)
	s.figures["entities order exact"] = e.Share(e.Order)
	s.figures["entities phone exact"] = e.Share(e.Phone)
	s.figures["entities e-mail exact"] = e.Share(e.Email)
	s.figures["entities tracking exact"] = e.Share(e.Tracking)
	s.figures["mistaken for an order number"] = e.Share(e.Confused)
	return nil
}

// tracking measures which numbers are told to be a parcel's. One that its own
// format's check digit refuses may still be of another format.
func (s *sheet) tracking(dir string) error {
	f, err := os.Open(filepath.Join(dir, "tracking_numbers.jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	right, all := 0, 0
	for d := json.NewDecoder(f); d.More(); {
		var n struct {
			Number, Courier, Service string
			Valid                    bool
		}
		if err := d.Decode(&n); err != nil {
			return fmt.Errorf("tracking number %d: %w", all+1, err)
		}
		all++
		as := false
		for _, m := range tracking.All(n.Number) {
			as = as || m.Courier == n.Courier && (n.Valid || m.Service == n.Service)
		}
		if as == n.Valid {
			right++
		}
	}
	s.figures["tracking numbers judged right"] = float64(right) / float64(max(all, 1))
	return nil
}

// names are the figures' names in order.
func (f figures) names() []string {
	out := make([]string, 0, len(f))
	for n := range f {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// fallen lists the figures that are worse than those that stand by more than
// slack, or missing.
func (f figures) fallen(stand figures, slack float64) []string {
	var out []string
	for _, n := range stand.names() {
		now, ok := f[n]
		worse := stand[n] - now
		if strings.HasPrefix(n, "mistaken") {
			worse = now - stand[n]
		}
		if !ok || worse > slack {
			out = append(out, n)
		}
	}
	return out
}

func (s *sheet) confusions(w io.Writer) {
	for _, t := range s.tables {
		_, _ = io.WriteString(w, "\n"+t.title+"\n")
		measure.Confusion(w, t.rows)
	}
}
