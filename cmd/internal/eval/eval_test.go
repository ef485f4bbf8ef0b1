package main

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"wismo/core/understand"
	"wismo/core/understand/measure"
)

// TestFiguresStand fails when the recogniser understands any kind of text worse
// than it did when its figures were last written down.
func TestFiguresStand(t *testing.T) {
	t.Parallel()
	dir, err := measure.Data()
	if errors.Is(err, measure.ErrNoData) {
		t.Skipf("skipped, no figure was measured: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		t.Skip("skipped with -short: measuring trains three models")
	}
	root, err := measure.Root()
	if err != nil {
		t.Fatal(err)
	}
	mind, err := understand.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := measureAll(mind, root, dir)
	if err != nil {
		t.Fatal(err)
	}
	stand, err := load(filepath.Join(root, standing))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.figures.fallen(stand, .02) {
		t.Errorf("%s is %.3f and stood at %.3f", n, s.figures[n], stand[n])
	}
}

func TestFallen(t *testing.T) {
	t.Parallel()
	stand := figures{"found": .9, "mistaken": .05, "gone": .5}
	cases := map[string]struct {
		now  figures
		want []string
	}{
		"as it was":      {figures{"found": .9, "mistaken": .05, "gone": .5}, nil},
		"a little worse": {figures{"found": .885, "mistaken": .06, "gone": .5}, nil},
		"found fewer":    {figures{"found": .85, "mistaken": .05, "gone": .5}, []string{"found"}},
		"mistook more":   {figures{"found": .9, "mistaken": .08, "gone": .5}, []string{"mistaken"}},
		"mistook fewer":  {figures{"found": .9, "mistaken": 0, "gone": .5}, nil},
		"not measured":   {figures{"found": .9, "mistaken": .05}, []string{"gone"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.now.fallen(stand, .02); !slices.Equal(got, c.want) {
				t.Errorf("fallen %v, want %v", got, c.want)
			}
		})
	}
}
