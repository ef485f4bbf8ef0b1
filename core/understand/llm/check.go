package llm

import (
	"context"
	"fmt"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/understand"
)

// sample is what Check asks about: it holds nothing of anybody, and is plain
// enough for any model.
const sample = "I have been waiting for my parcel, where is it?"

// Check asks the model about a sentence of ours and says how it went.
func (r *Recogniser) Check(ctx context.Context) []check.Finding {
	f := check.Finding{Name: "second opinion"}
	began := r.c.Now()
	bounded, cancel := context.WithTimeout(ctx, 4*r.c.Within)
	defer cancel()
	o, err := r.ask(bounded, sample)
	if err == nil {
		_, err = join(understand.Understanding{}, o, mask(sample, nil), understand.Hint{})
	}
	took := r.c.Now().Sub(began)
	switch {
	case err != nil:
		f.Level, f.Detail, f.Hint = check.Failed, err.Error(), hintOf(err)
	case took > r.c.Within:
		f.Level, f.Detail = check.Warning, fmt.Sprintf("it took %s, and is waited for %s", took.Round(time.Millisecond), r.c.Within)
		f.Hint = "choose a faster model; what comes late does not count"
	default:
		f.Level, f.Detail = check.OK, fmt.Sprintf("the model answered in %s and in the right form", took.Round(time.Millisecond))
	}
	return []check.Finding{f}
}

func hintOf(err error) string {
	switch fault.KindOf(err) {
	case fault.Denied:
		return "is understand.llm.key right, and may it use this model? Private networks are not called; this machine is (http://127.0.0.1:…)"
	case fault.NotFound:
		return "is understand.llm.url the base, such as https://api.openai.com/v1, and model a name that the endpoint knows?"
	case fault.Invalid:
		return "the endpoint refuses the question: does it know model, and response_format json_object?"
	case fault.Throttled:
		return "the account's limits are used up; the bot does without meanwhile"
	default:
		return "the bot does without a second opinion; look at the endpoint, or choose another model"
	}
}
