package handoff_test

import (
	"strings"
	"testing"

	"wismo/core/handoff"
	"wismo/core/message"
)

func reasons() []handoff.Reason {
	return []handoff.Reason{
		handoff.DeliveredNotReceived, handoff.StalledParcel, handoff.UnusualState, handoff.Upset, handoff.Asked, handoff.Request,
		handoff.Unverified, handoff.NotUnderstood, handoff.StoreDown, handoff.ReplyFailed, handoff.ByHand,
	}
}

func TestEveryReasonHasASubject(t *testing.T) {
	t.Parallel()
	seen := map[string]handoff.Reason{}
	for _, r := range reasons() {
		s := handoff.SubjectOf(handoff.Case{Reason: r}, message.WhatsApp)
		if !strings.HasSuffix(s, " (whatsapp)") || strings.HasPrefix(s, " ") {
			t.Errorf("%s has the subject %q", r, s)
		}
		if other, ok := seen[s]; ok {
			t.Errorf("%s and %s have the same subject", r, other)
		}
		seen[s] = r
		if with := handoff.SubjectOf(handoff.Case{Reason: r, Ref: "1001"}, message.SMS); !strings.Contains(with, "order 1001") {
			t.Errorf("%s does not name the order: %q", r, with)
		}
	}
}

func TestPriorities(t *testing.T) {
	t.Parallel()
	high := map[handoff.Reason]bool{handoff.Upset: true, handoff.DeliveredNotReceived: true, handoff.ReplyFailed: true, handoff.StoreDown: true}
	for _, r := range reasons() {
		want := handoff.Normal
		if high[r] {
			want = handoff.High
		}
		if got := handoff.PriorityOf(r); got != want {
			t.Errorf("%s is %s, want %s", r, got, want)
		}
	}
}
