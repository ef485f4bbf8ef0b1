package lexicon

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// rules are compiled from rules.txt. Each line is one of
//
//	NAME := sequence                  a concept made of others
//	intent score : sequence           an intent
//	mood weight why : sequence        a sign of bad mood
//	intent over intent intent         the first makes the others moot
//
// A sequence is concepts in their order with at most three words between any
// two, "A ..6 B" with at most six, "A + B" with none; "A|B" is either, "A|B@OPENS" either where a sentence begins. "& "
// joins sequences that must all be there, "&! " one that must not, "<6" says
// that the message has fewer than six words.
type rules struct {
	defs    []def
	intents []rule
	moods   []rule
	over    []override
}

type def struct {
	name concept
	cond condition
}

type rule struct {
	// name is the intent, or the reason for the mood; label the whole rule.
	name  string
	label string
	score float64
	cond  condition
}

type override struct {
	winner string
	losers []string
}

// condition is sequences that must be there and some that must not.
type condition struct {
	need   []sequence
	forbid []sequence
	below  int
	// must hold one concept of each: a quick look before the slow one.
	must []set
}

type sequence []element

// element is one of several concepts, at a place that has another if on is set.
type element struct {
	alts []concept
	gap  uint
	on   concept
}

const defaultGap = 3

func (l *Lexicon) loadRules(file string) error {
	return lines(file, func(line string) error {
		if name, body, ok := strings.Cut(line, " := "); ok {
			return l.addDef(name, body)
		}
		if winner, losers, ok := strings.Cut(line, " over "); ok && !strings.Contains(line, ":") {
			l.rules.over = append(l.rules.over, override{winner, strings.Fields(losers)})
			return nil
		}
		head, body, ok := strings.Cut(line, " : ")
		if !ok {
			return errors.New("neither a definition nor a rule")
		}
		return l.addRule(strings.Fields(head), body)
	})
}

func (l *Lexicon) addDef(name, body string) error {
	c, err := l.condition(body)
	if err != nil {
		return err
	}
	l.rules.defs = append(l.rules.defs, def{l.concept(name), c})
	if len(l.order) > maxConcepts {
		return errors.New("too many concepts")
	}
	return nil
}

func (l *Lexicon) addRule(head []string, body string) error {
	if len(head) < 2 {
		return errors.New("a rule needs a name and a score")
	}
	c, err := l.condition(body)
	if err != nil {
		return err
	}
	label := head[0] + ": " + strings.Join(strings.Fields(body), " ")
	if head[0] == "mood" {
		score, err := strconv.ParseFloat(head[1], 64)
		if err != nil || len(head) < 3 {
			return errors.New("a mood needs a weight and a reason")
		}
		l.rules.moods = append(l.rules.moods, rule{strings.Join(head[2:], " "), label, score, c})
		return nil
	}
	score, err := strconv.ParseFloat(head[1], 64)
	if err != nil {
		return fmt.Errorf("score: %w", err)
	}
	l.rules.intents = append(l.rules.intents, rule{head[0], label, score, c})
	return nil
}

func (l *Lexicon) condition(body string) (condition, error) {
	var c condition
	for _, part := range strings.Split(body, "&") {
		part = strings.TrimSpace(part)
		if n, ok := strings.CutPrefix(part, "<"); ok {
			v, err := strconv.Atoi(n)
			if err != nil {
				return c, fmt.Errorf("length: %w", err)
			}
			c.below = v
			continue
		}
		no := strings.HasPrefix(part, "!")
		s, err := l.sequence(strings.TrimPrefix(part, "!"))
		if err != nil {
			return c, err
		}
		if no {
			c.forbid = append(c.forbid, s)
			continue
		}
		c.need = append(c.need, s)
		for _, e := range s {
			var m set
			for _, a := range e.alts {
				m.add(a)
			}
			c.must = append(c.must, m)
		}
	}
	if len(c.need) == 0 {
		return c, errors.New("nothing to look for")
	}
	return c, nil
}

// sequence reads "A|B ..4 C + D".
func (l *Lexicon) sequence(s string) (sequence, error) {
	var out sequence
	gap := uint(defaultGap)
	for _, f := range strings.Fields(s) {
		switch {
		case f == "+":
			gap = 0
		case strings.HasPrefix(f, ".."):
			n, err := strconv.ParseUint(f[2:], 10, 6)
			if err != nil {
				return nil, fmt.Errorf("gap: %w", err)
			}
			gap = uint(n)
		default:
			e, err := l.element(f)
			if err != nil {
				return nil, err
			}
			e.gap = gap
			out = append(out, e)
			gap = defaultGap
		}
	}
	if len(out) == 0 {
		return nil, errors.New("an empty sequence")
	}
	return out, nil
}

func (l *Lexicon) element(s string) (element, error) {
	var e element
	alts, on, _ := strings.Cut(s, "@")
	if on != "" {
		c, ok := l.names[on]
		if !ok {
			return e, fmt.Errorf("no place is called %s", on)
		}
		e.on = c
	}
	for _, name := range strings.Split(alts, "|") {
		c, ok := l.names[name]
		if !ok {
			return e, fmt.Errorf("no word means %s", name)
		}
		e.alts = append(e.alts, c)
	}
	return e, nil
}
