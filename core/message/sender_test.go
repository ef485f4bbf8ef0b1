package message_test

import (
	"testing"

	"wismo/core/message"
)

func TestAuthentications(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]message.Authentication{
		"": message.SenderProven, "pass": message.SenderProven, "none": message.SenderUnknown, "fail": message.SenderFailed,
	} {
		if got := message.AuthenticationOf(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	if !message.SenderFailed.Worse(message.SenderUnknown) || !message.SenderUnknown.Worse(message.SenderProven) || message.SenderProven.Worse(message.SenderProven) || message.SenderUnknown.Worse(message.SenderFailed) {
		t.Error("the verdicts are out of order")
	}
}
