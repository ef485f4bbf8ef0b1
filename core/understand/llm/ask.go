package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"wismo/core/fault"
	"wismo/core/remote"
)

// errRefused is what an answer is thrown away with.
var errRefused = errors.New("the second opinion was thrown away")

func refused(why string) error { return fmt.Errorf("%w: %s", errRefused, why) }

// request is a chat completion's, as far as every endpoint knows it. There is no
// temperature and no limit of tokens: newer models refuse the one and name the
// other differently.
// Source: OpenAI's API reference, "Create chat completion".
type request struct {
	Model    string    `json:"model"`
	Messages []line    `json:"messages"`
	Format   formatted `json:"response_format"`
}

type line struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type formatted struct {
	Type string `json:"type"`
}

// response is what is read of the answer.
type response struct {
	Choices []struct {
		Message struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
}

// opinion is the model's, not yet checked.
type opinion struct {
	Intents  []string `json:"intents"`
	Language string   `json:"language"`
	Entities []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"entities"`
}

// ask asks the model once. An error is a *fault.Error of the call, or
// errRefused for an answer that is none.
func (r *Recogniser) ask(ctx context.Context, text string) (opinion, error) {
	const op = "second opinion"
	var o opinion
	shown, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return o, refused("the text cannot be written as JSON")
	}
	body, err := json.Marshal(request{
		Model: r.c.Model, Format: formatted{"json_object"},
		Messages: []line{{"system", instructions()}, {"user", string(shown)}},
	})
	if err != nil {
		return o, refused("the question cannot be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.c.URL+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return o, fault.New(fault.Invalid, op, "the URL is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	if r.c.Key != "" {
		req.Header.Set("Authorization", "Bearer "+r.c.Key)
	}
	res, err := r.c.HTTP.Do(req)
	if err != nil {
		return o, remote.FaultOfErr(op, err)
	}
	defer res.Body.Close()
	if err := remote.FaultOf(op, res, r.c.Now()); err != nil {
		return o, err
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return o, remote.FaultOfErr(op, err)
	}
	return parse(raw)
}

// parse reads an answer: one whole choice that is one JSON object.
func parse(raw []byte) (opinion, error) {
	var res response
	var o opinion
	if json.Unmarshal(raw, &res) != nil || len(res.Choices) == 0 {
		return o, refused("it is no chat completion")
	}
	c := res.Choices[0]
	switch {
	case c.Message.Refusal != "":
		return o, refused("the model declined")
	case c.Finish != "" && c.Finish != "stop":
		return o, refused("it is not whole")
	}
	content := strings.TrimSpace(c.Message.Content)
	if !strings.HasPrefix(content, "{") || json.Unmarshal([]byte(content), &o) != nil {
		return o, refused("it is no JSON object of the right form")
	}
	return o, nil
}
