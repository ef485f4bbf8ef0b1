package understand

import (
	"regexp"
	"strings"
	"unicode"
)

// English is a recogniser by rules for English: patterns per intent, the
// strongest first. It keeps no state and may be used from any goroutine.
type English struct{}

var _ Recognizer = English{}

// rule is a pattern for an intent. hints are pieces of words of which a text
// must hold at least one for the pattern to have a chance; looking for them
// costs a fraction of the pattern.
type rule struct {
	intent Intent
	score  float64
	hints  []string
	re     *regexp.Regexp
}

func (r rule) matches(plain string) bool {
	for _, h := range r.hints {
		if strings.Contains(plain, h) {
			return r.re.MatchString(plain)
		}
	}
	return len(r.hints) == 0 && r.re.MatchString(plain)
}

const (
	parcel  = `(?:orders?|packages?|parcels?|delivery|shipment|items?|stuff|things?|purchase|it|they|mine)`
	notHere = `(?:not|never|n't|nt|no)\b`
)

// rules are tried on the lowered text with apostrophes plain. More than one
// may speak.
var rules = []rule{
	{DeliveredNotReceived, .97, []string{"delivered"}, regexp.MustCompile(`\b(?:says?|marked|shows?|showing|states?|claims?|listed|supposedly|apparently|status)\b.{0,30}\bdelivered\b.{0,80}\b(?:` + notHere + `|nothing|where|but|missing)`)},
	{DeliveredNotReceived, .96, []string{"delivered"}, regexp.MustCompile(`\bdelivered\b.{0,40}\b(?:but|yet|however|and)\b.{0,60}(?:` + notHere + `|nothing|isn't|isnt|missing|haven't|havent|didn't|didnt|don't|dont|wasn't|wasnt|hasn't|hasnt)`)},
	{DeliveredNotReceived, .95, []string{"delivered"}, regexp.MustCompile(`\b(?:never|not|didn't|didnt|haven't|havent|did not|have not|hasn't|hasnt)\s+(?:yet\s+)?(?:received?|gotten|got|get|arrived?|turned up|showed? up|come|came)\b.{0,60}\bdelivered\b`)},
	{DeliveredNotReceived, .93, []string{"never", "didn", "did not"}, regexp.MustCompile(`\b(?:never|didn't|didnt|did not)\s+(?:received?|arrived?|got|get|turn(?:ed)? up|show(?:ed)? up|come|came)\b`)},
	{DeliveredNotReceived, .9, []string{"stolen", "pirate", "someone took", "not ", "nothing"}, regexp.MustCompile(`\b(?:stolen|porch pirate|someone took|not (?:at|on|in) (?:my|the|our) (?:door|porch|mailbox|house|address)|nothing (?:at|on) (?:my|the) (?:door|porch|house))\b|^\W*(?:it'?s |its |it is )?not here\b`)},
	{StalledOrLate, .9, []string{"stuck", "no ", "moved", "moving", "updat", "changed", "delayed", "overdue", "still", "supposed", "should", "taking", "so long", "late"}, regexp.MustCompile(`\b(?:stuck|no (?:movement|updates?)|hasn't (?:moved|updated|changed)|hasnt (?:moved|updated|changed)|has not (?:moved|updated)|not (?:moving|moved|updating|updated)|delayed|overdue|still (?:waiting|nothing|not|hasn't|hasnt|haven't)|supposed to (?:be|arrive|have)|should have (?:arrived|been|come)|taking (?:so|too|very|forever|ages)|so long|(?:is|it's|its|very|so|running) late)\b`)},
	{DamagedOrWrong, .93, []string{"amage", "brok", "smash", "crack", "shatter", "defect", "faulty", "work", "wrong", "missing", "incorrect", "ripped", "torn"}, regexp.MustCompile(`\b(?:damaged|broken|smashed|cracked|shattered|defective|faulty|doesn't work|does not work|wrong (?:item|size|colou?r|product|thing|order|one)|missing (?:an? |one |some )?(?:item|part|piece)s?|incorrect item|ripped|torn)\b`)},
	{CancelOrder, .94, []string{"cancel"}, regexp.MustCompile(`\bcancel(?:l?ed|l?ing|lation)?\b.{0,40}\b(?:orders?|purchase|it|this|that|my)\b|\b(?:want|like|need|please|can i|could you|can you)\b.{0,20}\bcancel\b`)},
	{ChangeAddress, .94, []string{"addr", "moved house"}, regexp.MustCompile(`\b(?:change|update|correct|fix|wrong|different|new|edit)\b.{0,30}\b(?:address|addr)\b|\bmoved house\b`)},
	{ChangeOrder, .9, []string{"change", "modify", "edit", "add", "amend"}, regexp.MustCompile(`\b(?:change|modify|edit|add (?:to|something|an item)|amend)\b.{0,25}\b(?:order|item|size|colou?r|quantity)\b`)},
	{RefundStatus, .93, []string{"refund"}, regexp.MustCompile(`\b(?:where|when|status|still|waiting)\b.{0,40}\brefund\b|\brefund\b.{0,30}\b(?:status|yet|not (?:arrived|received))\b`)},
	{RefundRequest, .92, []string{"refund", "money back"}, regexp.MustCompile(`\b(?:want|need|give|get|like|demand|request)\b.{0,25}\b(?:refund|money back)\b|\bmoney back\b|^\W*refund\b`)},
	{ReturnRefundPolicy, .9, []string{"polic", "return", "refund", "exchange"}, regexp.MustCompile(`\b(?:return|refund|exchange)s?\s+polic|\bhow (?:do|can|long|many days).{0,40}\b(?:returns?|refunds?|exchange)\b`)},
	{ReturnExchange, .9, []string{"return", "exchange", "send", "swap"}, regexp.MustCompile(`\b(?:return|exchange|send (?:it|them|this) back|swap)\b`)},
	{ShippingPolicy, .9, []string{"ship", "deliver"}, regexp.MustCompile(`\b(?:shipping|delivery)\s+(?:polic|cost|fee|option|charge|time)|\bdo you (?:ship|deliver)\b|\bhow (?:long|much).{0,30}\b(?:shipping|delivery|ship|deliver)\b`)},
	{HumanAgent, .96, []string{"human", "person", "agent", "representative", "manager", "supervisor", "someone", "operator", "customer", "speak", "talk", "call me", "phone me", "somebody", "help me"}, regexp.MustCompile(`\b(?:human|real person|live (?:agent|person|chat)|(?:an?|the|your) (?:agent|person|human|representative|manager|supervisor|someone)|representative|operator|customer (?:service|support|care)|speak (?:to|with)|talk (?:to|with)|call me|phone me|somebody real|actual person)\b|^\W*(?:agent|human|person|help me)\W*$`)},
	{TrackOrder, .95, []string{"where", "were"}, regexp.MustCompile(`\b(?:where|wheres|where's|were)\b.{0,40}\b` + parcel + `\b`)},
	{TrackOrder, .94, []string{"track", "status", "eta", "whereabouts", "wismo"}, regexp.MustCompile(`\b(?:track(?:ing)?|status|eta|whereabouts|wismo)\b`)},
	{TrackOrder, .93, []string{"when"}, regexp.MustCompile(`\bwhen\b.{0,50}\b(?:arrive|arriving|come|coming|get|getting|receive|expect|deliver|delivered|here|ship|shipped|be sent|dispatched)\b`)},
	{TrackOrder, .9, []string{"ship", "dispatch", "sent", "way", "deliver", "arriv"}, regexp.MustCompile(`\b(?:has|have|did|is|are|was)\b.{0,30}\b(?:shipped|dispatched|sent|on (?:its|the|it's|their) way|delivered|arriv(?:ed|ing)|out for delivery)\b`)},
	{TrackOrder, .88, []string{"update", "news", "info", "check", "look", "find", "word"}, regexp.MustCompile(`\b(?:update|news|info|information|check|look up|looking for|find|any word)\b.{0,30}\b(?:my|the|on|about|for)?\s?(?:order|package|parcel|delivery|shipment)\b`)},
	{TrackOrder, .8, []string{"waiting", "expecting"}, regexp.MustCompile(`\b(?:waiting (?:for|on)|expecting)\b.{0,30}\b` + parcel + `\b`)},
	{OtherStore, .85, nil, regexp.MustCompile(`\b(?:invoice|receipt|payment|paid|charged|credit card|discount|coupon|promo|password|log ?in|account|in stock|restock|size guide|gift card)\b`)},
	{Complaint, .85, []string{"compl", "accept", "disgra", "ridic", "terrib", "awful", "worst", "horrib", "disgus", "pathet", "useless", "scam", "rip", "fraud"}, regexp.MustCompile(`\b(?:complain|complaint|unacceptable|disgrace|ridiculous|terrible|awful|worst|horrible|disgusting|pathetic|useless|scam|rip ?off|fraud)\b`)},
	{Thanks, .95, []string{"thank", "thx", "ty", "cheers", "apprec"}, regexp.MustCompile(`\b(?:thanks|thank you|thx|thankyou|ty|cheers|appreciate it|much appreciated)\b`)},
	{Goodbye, .9, []string{"bye", "see you", "have a", "that"}, regexp.MustCompile(`^\W*(?:bye|goodbye|good bye|see you|have a (?:nice|good|great) (?:day|one|evening|weekend)|that's all|thats all)\b`)},
	{Greeting, .9, nil, regexp.MustCompile(`^\W*(?:hi+|hello+|hey+|hiya|good (?:morning|afternoon|evening|day)|greetings|yo)\b`)},
	{Affirm, .9, nil, regexp.MustCompile(`^\W*(?:yes|yeah|yep|yup|sure|ok|okay|correct|right|please do|that's right|thats right)\b.{0,20}$`)},
	{Deny, .9, nil, regexp.MustCompile(`^\W*(?:no|nope|nah|not really|it (?:didn't|didnt|hasn't|hasnt|did not)|still (?:not|nothing))\b`)},
}

// Understand implements Recognizer.
func (English) Understand(text string, h Hint) Understanding {
	u := Understanding{Language: "en", Entities: entities(text, h)}
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	plain := strings.ToLower(strings.NewReplacer("’", "'", "‘", "'", "`", "'", "\n", " ").Replace(text))
	for _, r := range rules {
		if !u.Has(r.intent) && r.matches(plain) {
			u.Intents = append(u.Intents, Scored{r.intent, r.score})
			u.Rules = append(u.Rules, "pattern:"+string(r.intent))
		}
	}
	u.Upset = upset(text, plain)
	if len(u.Intents) == 0 {
		u.Intents = []Scored{bareIntent(plain, u.Entities)}
	}
	return u
}

// bareIntent names what a text without any pattern is: information that was
// asked for, talk of an order, or nothing we know.
func bareIntent(plain string, es []Entity) Scored {
	letters := 0
	for _, c := range plain {
		if unicode.IsLetter(c) {
			letters++
		}
	}
	for _, e := range es {
		letters -= strings.Count(e.Text, "") - 1
	}
	if hasNumber(es) && askingRE.MatchString(plain) {
		return Scored{TrackOrder, .85}
	}
	if len(es) > 0 && letters <= 30 {
		return Scored{ProvideInfo, .9}
	}
	if len(es) > 0 && orderTalkRE.MatchString(plain) {
		return Scored{TrackOrder, .6}
	}
	if shortOrderRE.MatchString(plain) {
		return Scored{TrackOrder, .7}
	}
	return Scored{OutOfScope, .5}
}

// askingRE is what makes a number a question: "where is 1001", "1001 when?".
var askingRE = regexp.MustCompile(`\b(?:where|wheres|where's|when|status|track)\b`)

func hasNumber(es []Entity) bool {
	for _, e := range es {
		if e.Type == OrderNumber || e.Type == TrackingNumber {
			return true
		}
	}
	return false
}

var shortOrderRE = regexp.MustCompile(`^\W*(?:my |the )?(?:order|package|parcel|delivery|shipment|tracking)(?: please| pls)?\W*$`)

var (
	threatRE = regexp.MustCompile(`\b(?:chargeback|charge back|dispute (?:the|this) (?:charge|payment)|lawyer|attorney|legal action|sue|court|police|trading standards|bbb|better business|consumer protection|ombudsman|report you|bad review|one star|1 star|trustpilot|social media|twitter)\b`)
	strongRE = regexp.MustCompile(`\b(?:fuck\w*|shit\w*|wtf|bullshit|damn|crap|pissed|furious|angry|livid|disgusted|disgusting|outrageous|unacceptable|ridiculous|joke|pathetic|useless|terrible|awful|worst|horrible|scam\w*|fraud|thieves|liars?|idiots?|incompetent|fed up|sick of|never (?:order|buy|shop)(?:ing)? (?:from|with|here)|appalling|disgrace\w*)\b`)
	againRE  = regexp.MustCompile(`\b(?:(?:third|fourth|fifth|3rd|4th|5th|\d+th|second|2nd) (?:time|message|email|text)|(?:again and again|keep (?:asking|writing|texting)|how many times|nobody (?:answers|replies)|no one (?:answers|replies)|ignor(?:ed|ing)))\b`)
)

// upset judges the mood: strong words, threats, capitals, repeated contact.
func upset(text, plain string) Mood {
	score, why := 0.0, []string(nil)
	note := func(s float64, w string) { score += s; why = append(why, w) }
	if threatRE.MatchString(plain) {
		note(.8, "threat")
	}
	if n := len(strongRE.FindAllString(plain, 4)); n > 0 {
		note(.55+.2*float64(n-1), "strong words")
	}
	if againRE.MatchString(plain) {
		note(.4, "repeated contact")
	}
	if shouting(text) {
		note(.4, "capitals")
	}
	if strings.Count(text, "!") >= 3 {
		note(.25, "exclamation marks")
	}
	score = min(score, 1)
	return Mood{Is: score >= .5, Score: score, Why: strings.Join(why, ", ")}
}

// shouting reports whether a text of some length is nearly all capitals.
func shouting(text string) bool {
	upper, letters, words := 0, 0, len(strings.Fields(text))
	for _, c := range text {
		if unicode.IsLetter(c) {
			letters++
			if unicode.IsUpper(c) {
				upper++
			}
		}
	}
	return words >= 4 && letters >= 16 && upper*10 >= letters*9
}
