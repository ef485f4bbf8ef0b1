package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// lots records which lots were run.
type lots struct {
	mu   sync.Mutex
	seen [][]int
	// began is told of each lot, which then waits for goOn.
	began, goOn chan struct{}
	fail        bool
}

func (l *lots) run(_ context.Context, lot []*call[int, string]) error {
	l.began <- struct{}{}
	<-l.goOn
	l.mu.Lock()
	defer l.mu.Unlock()
	var in []int
	for _, c := range lot {
		in = append(in, c.in)
		if c.in != 13 {
			c.answer(strconv.Itoa(c.in))
		}
	}
	l.seen = append(l.seen, in)
	if l.fail {
		return errors.New("the database is away")
	}
	return nil
}

// together starts calls one after the other while the first lot is under way.
func (l *lots) together(t *testing.T, key func(int) string, in ...int) map[int]bool {
	t.Helper()
	l.began, l.goOn = make(chan struct{}, len(in)), make(chan struct{})
	g := newGroup(0, key, l.run)
	var all sync.WaitGroup
	var mu sync.Mutex
	done := map[int]bool{}
	for n, i := range in {
		all.Go(func() {
			out, ok := g.do(t.Context(), i)
			mu.Lock()
			defer mu.Unlock()
			done[i] = ok
			if ok && out != strconv.Itoa(i) {
				t.Errorf("%d got the answer %q", i, out)
			}
		})
		if n == 0 {
			<-l.began
			continue
		}
		for waits := 0; waits < n; {
			g.mu.Lock()
			waits = len(g.waiting)
			g.mu.Unlock()
		}
	}
	close(l.goOn)
	all.Wait()
	return done
}

func each(i int) string { return strconv.Itoa(i) }

func TestGroup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		key  func(int) string
		fail bool
		in   []int
		lots string
		done string
	}{
		"one alone":                        {each, false, []int{1}, "[[1]]", "map[1:true]"},
		"what comes meanwhile is together": {each, false, []int{1, 2, 3}, "[[1] [2 3]]", "map[1:true 2:true 3:true]"},
		"a key once in a lot":              {func(i int) string { return strconv.Itoa(i % 2) }, false, []int{1, 2, 4, 3}, "[[1] [2 3] [4]]", "map[1:true 2:true 3:true 4:true]"},
		"without an answer":                {each, false, []int{1, 13, 2}, "[[1] [13 2]]", "map[1:true 2:true 13:false]"},
		"a lot that fails":                 {each, true, []int{1, 2}, "[[1] [2]]", "map[1:false 2:false]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &lots{fail: c.fail}
			if done := fmt.Sprint(l.together(t, c.key, c.in...)); done != c.done {
				t.Errorf("done %s, want %s", done, c.done)
			}
			if seen := fmt.Sprint(l.seen); seen != c.lots {
				t.Errorf("lots %s, want %s", seen, c.lots)
			}
		})
	}
}

func TestLotsAreBounded(t *testing.T) {
	t.Parallel()
	in := make([]int, lotSize+5)
	for i := range in {
		in[i] = 100 + i
	}
	l := &lots{}
	l.together(t, each, in...)
	if len(l.seen) != 3 || len(l.seen[1]) != lotSize || !slices.Contains(l.seen[2], 100+lotSize+4) {
		t.Errorf("lots %v", l.seen)
	}
}
