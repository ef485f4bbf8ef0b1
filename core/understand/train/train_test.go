package train_test

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"testing"

	"wismo/core/understand/measure"
	"wismo/core/understand/train"
)

func data(t *testing.T) string {
	t.Helper()
	dir, err := measure.Data()
	if errors.Is(err, measure.ErrNoData) {
		t.Skipf("skipped, nothing was trained: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestWeightsAreWhatTrainingMakes fails when the settings, the features or the
// words changed and `go generate ./core/understand` was not run.
func TestWeightsAreWhatTrainingMakes(t *testing.T) {
	t.Parallel()
	dir := data(t)
	if runtime.GOARCH != "amd64" {
		t.Skipf("skipped: the weights were made on amd64 and may differ in a bit on %s", runtime.GOARCH)
	}
	m, err := train.Model(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	stands, err := os.ReadFile("../weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m.Bytes(), stands) {
		t.Error("training makes other weights than those in core/understand/weights.bin")
	}
	if len(stands) > 2<<20 {
		t.Errorf("the weights take %d bytes", len(stands))
	}
}

func TestKnownWordsAreWhatTrainingFinds(t *testing.T) {
	t.Parallel()
	list, err := train.Known(data(t))
	if err != nil {
		t.Fatal(err)
	}
	stands, err := os.ReadFile("../lexicon/known.txt")
	if err != nil {
		t.Fatal(err)
	}
	if train.KnownFile(list) != string(stands) {
		t.Error("the texts hold other words than core/understand/lexicon/known.txt")
	}
}
