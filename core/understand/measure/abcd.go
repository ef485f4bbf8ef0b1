package measure

import (
	"encoding/json"
	"fmt"
	"os"

	"wismo/core/understand"
)

// turn labels one thing that a customer says in the ABCD dialogues. The words
// themselves are not part of the repository.
type turn struct {
	Convo  int                 `json:"convo"`
	Turn   int                 `json:"turn"`
	Intent understand.Intent   `json:"intent"`
	Accept []understand.Intent `json:"accept"`
}

// LoadTurns reads what customers say in a file of ABCD dialogues, with the
// intents that our labels give them.
func LoadTurns(dialogues, labels string) ([]Row, error) {
	raw, err := os.ReadFile(dialogues)
	if err != nil {
		return nil, err
	}
	var convos []struct {
		ID       int         `json:"convo_id"`
		Original [][2]string `json:"original"`
	}
	if err := json.Unmarshal(raw, &convos); err != nil {
		return nil, fmt.Errorf("%s: %w", dialogues, err)
	}
	said := map[[2]int]string{}
	for _, c := range convos {
		for i, t := range c.Original {
			said[[2]int{c.ID, i}] = t[1]
		}
	}
	turns, err := load[turn](labels)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, t := range turns {
		text, ok := said[[2]int{t.Convo, t.Turn}]
		if !ok {
			return nil, fmt.Errorf("%s: no turn %d in dialogue %d", labels, t.Turn, t.Convo)
		}
		rows = append(rows, Row{Text: text, Lang: "en", Intent: t.Intent, Accept: t.Accept, Source: "abcd"})
	}
	return rows, nil
}
