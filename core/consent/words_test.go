package consent_test

import (
	"strings"
	"testing"

	"wismo/core/consent"
)

func TestOptOutsInOtherWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"stop please", "STOP PLEASE", "please stop", "Please, STOP!", "stop now", "STOP STOP", "stop,", "STOP?", "(stop)", "STOP 🛑", "stop\u200b", "just stop",
		"unsubscribe please", "please unsubscribe", "revoke consent", "I revoke my consent", "stop sending me messages", "stop sending these", "do not text", "delete my number", "opt-out", "opt me out please", "remove me", "remove my number", "no more sms please", "stop bothering me",
		"I don't want any more texts", "do not send me messages", "never text me again", "why do you write, stop texting me", "I do not wish to be contacted", "how do I unsubscribe",
	} {
		if got := consent.Of(text, ""); got != consent.StopAsked && got != consent.StopWord {
			t.Errorf("%q: wish %d, want an opt-out", text, got)
		}
	}
	long := strings.Repeat("I have told you so many times already. ", 12) + "Do not text me again."
	if got := consent.Of(long, ""); got != consent.StopAsked {
		t.Errorf("a long one: wish %d", got)
	}
}

func TestNoOptOuts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"why don't you text me the status?", "I don't have your contact", "I don't get your messages", "I don't need your contact details", "never got a text", "why did you stop texting me", "did you stop?", "don't stop", "stop it", "the stop button", "is this the last stop", "please don't contact the carrier", "I don't write english well, where is 1001", "can you stop the order", "stop the delivery please", "does the driver stop here", "when does it stop", "can't you just text me where it is", "why do you not message me back", "i did not stop it", "it did not stop",
		"don't just text me, tell me where it is",
	} {
		if got := consent.Of(text, ""); got != consent.Nothing {
			t.Errorf("%q: wish %d, want none", text, got)
		}
	}
}
