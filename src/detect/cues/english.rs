//! English cues and words. Plain data: see [the notation](super).

use super::{PhraseSet, Row, Topic, WordClass, WordSet, Words};

/// Phrases that say what a number or a token is.
pub(crate) const CUES: &[Row] = &[
    // ---- Cards -----------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Card,
        name: "card",
        phrases: "credit/debit/charge/payment/bank/corporate/business/new/old/replacement/my? card/cards number/numbers/num/no/nbr/nr/digits;\
                  card/cards; cardnumber; creditcard; debitcard; creditcard number; debit; credit/debit/charge card/cards;\
                  account number on the card; number on the card/plastic; number of/for/on my/the? card; cc; cc number/num/no/nr; ccnum; cc nbr;\
                  pan; primary account number; plastic; crd; full number; card on file; 16/15/sixteen/fifteen digit card? number; 16/15/sixteen/fifteen digits",
    },
    Row {
        topic: Topic::Card,
        name: "card brand",
        phrases: "amex number/card/no?; american express number/card/no?; amx; visa number/card/no?; visa debit/credit? card?; mastercard number/card/no?; \
                  master card number?; mc number; discover card? number?; diners club? card? number?; dinersclub; jcb card? number?; unionpay card? number?; union pay;\
                  maestro card? number?; rupay card? number?; mir card; verve; elo; gold/platinum/green/blue/black/delta/marriott/hilton card",
    },
    Row { topic: Topic::Reference, name: "work item", phrases: "pr; prs; pull/merge request; jira; cfr; usc; u s c" },
    Row {
        topic: Topic::Reference,
        name: "gift card",
        phrases: "gift card/cards number/no/code?; giftcard number?; e gift card? number?; store credit number?; loyalty/membership/rewards/library/id/sim/insurance/member/club/business/health/medicare/green/report/score/boarding card number/no/id?;\
                  frequent flyer/flier number/no?; ff number; ffn; skymiles number?; aadvantage number?; mileageplus number?; known traveler number; ktn; redress number; bonvoy number?; rewards/loyalty/membership/member number/no/id/account?; cardmember/customer/client/user/employee/member/staff/guest/badge/agent/rep/driver/patient/student/partner/affiliate/host/vendor/supplier/subscriber/group/dealer/installer id/number/no/num; nectar/clubcard number?",
    },
    Row {
        topic: Topic::Reference,
        name: "ticket",
        phrases: "boarding/bus/train/rail/ferry/ski/lift/season/day/month/parking/museum/park pass number/no/id/code?",
    },
    // ---- Card security codes ---------------------------------------------------------------------------------------
    Row {
        topic: Topic::SecurityCode,
        name: "cvv",
        phrases: "cvv; cvvs; cvcs; c v v; c v c; c i d; cvv2; cvc; cvc2; cvs; cvn; cvn2; csc; cve; cav; cav2; cvp2; cvd; cid; ccv; ccv2; cvv/cvc/cid/csc/ccv code/number/num/no/value;\
                  card security code/number/num/value; card sec code; card verification/verifying code/value/number; verification value; card code;\
                  card id code; card identification number/code; signature panel code; code on/at/from/off the? back/front/card/strip/reverse/plastic; code printed on the? back/front/card; \
                  security/secret code/number/digits on/of/for/from/at/off the/my/his/her? card/back/front/amex/visa/reverse/plastic;security code of the? card/amex/visa/mastercard;\
                  3/three/4/four digit/digits code/number/num/security/cvv/cid? code? on/from/at/in/off? the/my/its? back/front/reverse/signature;\
                  3/three/4/four digits/numbers/nums/digit on/from/at/in/above/off/by/over the/my? back/front/reverse/signature/strip/number;\
                  digits/numbers/number on the/my? back/front/signature/strip/reverse; last 3/three on the/my? back; 3/three/4/four on the/my? back/front; back/front code/number/digits; number on the? back of the? card",
    },
    Row {
        topic: Topic::Code,
        name: "security code",
        phrases: "security code/codes/number/num; sec code; sec. code; secure code; security digits; securitycode; 3/three/4/four digit security? code/number; safety code; secret code",
    },
    // ---- Social Security -------------------------------------------------------------------------------------------
    Row {
        topic: Topic::SocialSecurity,
        name: "social security number",
        phrases: "social security/sec number/num/no/nbr/card/digits? number?; social; socials; soical; socail; scoial; socal; soical/socail/scoial/socal security number?; ssn; ssns; s s n; ss number/num/no/nbr; ss; soc sec number/num/no?; soc; social number/num/no; social insurance number; \
                  socsec; tax id/identification number/num/no?; taxpayer id/identification? number/no?; itin; itins; i t i n; individual taxpayer identification number?; atin; full/whole/entire/complete social/ssn;\
                  nine digit social/ssn?; 9 digit social/ssn?; sosial",
    },
    // ---- One-time passcodes ----------------------------------------------------------------------------------------
    Row {
        topic: Topic::OneTimePasscode,
        name: "passcode",
        phrases: "one time passcode/password/code/pass/pin/passwords/passcodes/security? code?; onetime passcode/password/code/pin; 1 time passcode/password/code/pin; single use code/passcode/password; otp; otps; otp code/number; o t p; otac; totp; digipass;\
                  passcode; passcodes; pass code/codes; verification/verify/verifying/verfy/veri/verif code/codes/number/num/pin/digits/passcode/text; vcode; ver code; v code; verif code;\
                  security verification code; identity verification code?; authentication/authenticator/authentification code/codes/pin/passcode/number; authenticator; authenticator app/application; google auth; auth app; authy; duo mobile; \
                  access/login/log/signin/sign/logon/unlock/activation/recovery/reset/registration/backup/bypass/device/pairing in? on? code/codes/passcode; two/2 factor code/authentication/auth? code?; twofactor code?; 2fa code/codes/token/pin?; mfa code/codes/token?; multi factor code?; two/2 step/steps verification? code?; \
                  temporary/temp/dynamic code/passcode/verification/pin/token; sms code/codes/passcode/pin/token; text/texted message? code/codes; email/emailed/mail code; e mail code; phone code; push code; app code; safekey code?; safe key code?; 3ds code; 3d secure code?; six/6/five/5/eight/8/seven/7/four/4 digit verification/security/one/login/access? time? code/codes/passcode/number; six/6 digit pin; six/6 digits; \
                  code you/u/we/they/he/she/it/i just? texted/sent/emailed/mailed/messaged/send/text/txted/txt/got/received/gave/requested/need/want/asked me/us/you?; code i/we just? got/received/have/am/was got? getting? sent?;\
                  code that/which just? came/arrived/was/is/got/popped/showed texted/sent/emailed?; code from/in/on the/my/your/our/ur? text/texts/sms/message/msg/email/e/mail/app/authenticator/phone/google/notification/bank/amex/whatsapp/inbox message?;\
                  code sent/texted/emailed/mailed/messaged/received/came; texted/text/sms/emailed me? code; new/latest/newest/other/second/first/last/same/recent code; google/whatsapp/telegram/facebook/instagram/uber/microsoft/apple/amazon/paypal/venmo/zelle/bank/chase/amex/signal verification? code/codes; security token; rsa token/code; token code; login token; secureid; securid; code received; number/numbers/digits/code in/from/on the/my? text/texts/sms/message/email/mail; number/digits/code in it",
    },
    Row {
        topic: Topic::OneTimePasscode,
        name: "the new one",
        phrases: "new/latest/newest/other/second/first/last/same/recent one",
    },
    Row {
        topic: Topic::Code,
        name: "code",
        phrases: "code; codes; cdoe; ocde; codde; codee; coode; ccode; token; tokens; cod; passkey; codigo; otc",
    },
    Row { topic: Topic::Code, name: "confirmation code", phrases: "confirmation/confirm code/codes/pin" },
    Row { topic: Topic::Code, name: "authorization code", phrases: "authorization/authorisation/auth code/codes/pin" },
    // ---- Passwords -------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Password,
        name: "password",
        phrases: "password; passwords; p ssword/ssw0rd/sswrd/ss; passw0rd; passw0rds; pa55word; pa55w0rd; pword; pswd; psswd; passwd; paswd; passw; passwrd; pasword; passord; pssword; passwort; psw; pwd; pw; pws; pwrd; p w; pass word/words; pass; pass phrase; passphrase; passphrases; \
                  temp/temporary/wifi/wi/fi/wireless/portal/login/account/email/admin/voicemail/router/network/online/user/verbal/default/current/old/new/initial/master/root fi? password/passwd/pwd/pw/pass/passphrase/passcode; wifi key; wi fi key; wpa/wpa2 key/passphrase?; network key; wpa key; psk; security/secret/safe/code/magic/memorable/verbal phrase/word; codeword; security answer; secret answer; security question answer; answer to/for my/your/the? security question; passcode phrase; keyphrase; key phrase; security/secret passphrase/password; api key/keys/secret/token; apikey; apikeys; client/app/shared/signing/webhook secret; secret/private/access/encryption/signing key; bearer token?; refresh token; credentials; login credentials; creds; login details; phone passcode; lock screen passcode; unlock password",
    },
    Row {
        topic: Topic::Login,
        name: "user name",
        phrases: "username; usernames; gamer/player/psn/xbox/steam/discord tag/name/id/handle; gamertag; gamer tag; screen name; handle; nickname; user name/id; user; userid; login; login id/name; log in id; logon; log/sign/logged/signed/logging/signing/logs/signs in/into/on with/as/using/w/under; opens/unlocks/unlock/unlocked with/using; login word; signin; wifi; wi fi; wlan; hotspot; account name; email; e mail; mail; uid; email address; e mail address; network name; ssid",
    },
    // ---- PINs ------------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Pin,
        name: "pin",
        phrases: "number/digits/code for/at/in the? atm; number/numbers/digits/code i/you/u punch/type/use/put/enter/key in? at/into? the? atm/atms; puk; puk code; pin; pins; pin number/num/no/code/numbers/nbr/digits; pincode; pin cod; p i n; atm/debit/card/credit/account/phone/telephone/voicemail/sim/mobile/wireless/banking/security/customer/four/4/six/6/bank/personal/secret/transfer/port/porting/cash digit/digits? pin/pins number/num/no/code?; voicemail/banking/phone code; personal identification number; \
                  number transfer pin; port out pin; atm/debit/cash/keypad/door/gate/alarm/safe/vault/lock/locker/lockbox code; secret number; t pin; m pin; mpin; tpin; upi pin; ipin; access pin; my/our four/4/six/6 digits",
    },
    // ---- Accounts --------------------------------------------------------------------------------------------------
    Row {
        topic: Topic::Account,
        name: "account number",
        phrases: "account/acct/acc/acount/accout/accnt number/num/no/nr/nbr/numbers/digits?; bank/checking/chequing/savings/saving/saver/current/deposit/brokerage/business/joint/payroll/money/escrow/loan/mortgage market? account/acct/acc/accounts number/num/no/nr/nbr?; checking number/num/no; savings number/num/no; checking; chequing; savings; account; accounts; acct; accts; acc; a c number/no; ac no; acctno; acctnum; accountnumber; full account/acct number?; direct deposit number/account?;dda; dda number; bank details; iban; iban number/code/no; swift iban; beneficiary account",
    },
    Row {
        topic: Topic::Account,
        name: "routing number",
        phrases: "routing; routing/transit/aba/rtn/ach/wire number/num/no/nbr/code/transit? number?; routing transit number; aba; aba routing number?; rtn; transit; ach routing; wire routing; bank routing; routng number?; r t number; rt number; sort code; bsb; clabe; clabe number",
    },
    // ---- Harmless: parts of numbers --------------------------------------------------------------------------------
    Row {
        topic: Topic::Partial,
        name: "last four",
        phrases: "last/final 4/four/five/5/3/three/six/6/few/couple of? digits/numbers/nums/on/of/is/are/digit? of? the/my/your/ur/his/her? card/social/ssn/ss/account/acct/phone/number/cell/mobile/amex/visa/itin/mastercard/cc? number/security/on?; \
                  ending/ends/ended/end/endin/endding/ending's in/with/on/at?; end's in; tail; last4; last digits; last two/2; last 4s; lastfour; last of; terminating in; final digits; last numbers; suffix; ends; masked; four digits at the end; bin; bin number",
    },
    Row {
        topic: Topic::Partial,
        name: "first digits",
        phrases: "first/1st four/4/six/6/two/2/three/3/five/5/eight/8 digits/numbers? of? the/my? card/social/ssn? is/are?; starts/starting/start/begins/beginning/begin with/in/at?; first/1st half/part/bit/group/block/piece is?",
    },
    // ---- Harmless: the rest ----------------------------------------------------------------------------------------
    Row {
        topic: Topic::Zip,
        name: "ZIP code",
        phrases: "zip; zips; zipcode; zip code/codes/cod/number?; zip plus 4/four; plus 4/four; postal; billing/mailing/shipping/home/work/my/new/old? zip/zipcode/postcode code?; postal/post code/codes/cod; postcode; post code; zip+4; area/country/dialing/dial/region/state/city/airport code/codes",
    },
    Row {
        topic: Topic::Phone,
        name: "phone",
        phrases: "phone/telephone/tel/cell/mobile/cellphone/landline/fax/hotline/helpline/whatsapp phone? number/numbers/num/no/nbr/line?; home/work/callback/contact/office/daytime/evening/customer/service/support/toll free? phone/cell/number/num/line; phone; phones; tel; cell; mobile; fax; ph; ph no/number; cellphone; call; calls; called; calling; call me/us/back/them? at/on?; dial; dialed; dialing; reach/contact/text/ring/txt me/us/him/her/them/you at/on?; extension; ext; extn; number/num ending; caller id; short code; shortcode; texts/text/sms/texted/message/messages/msg from/to; whatsapp; helpline; hotline; toll free number?; 1 800; landline; from number; my number is; reached at; number to call",
    },
    Row {
        topic: Topic::Time,
        name: "date or time",
        phrases: "year; years; since; dated; date; dob; birthday; birth date; birthdate; date of birth; born; born in/on?; aged; age; time; at time; o clock; timestamp; timestamps; epoch; unix time; exp; expiry; expires; expiration; expire; expired on; expiring; expiration/expiry/exp date; valid thru/through/until; good thru/through/until; member since; cardmember since; client since; opened in; built in; moved in; back in; est; hours; room at; class of; graduated;  military time; exp dt; dte",
    },
    Row {
        topic: Topic::Amount,
        name: "amount",
        phrases: "amount; amounts; total; totals; subtotal; order total; balance; balances; price; cost; costs; paid; pay; charged; charge; charges; charged me; spent; spend; fee; fees; points; pts; miles; rewards; bonus; limit; credit limit; refund; refunded; refund of; refunds; deposit of; deposited; withdrew; withdrawal of?; payment; payment of; payments; salary; income; earn; worth; discount; usd; eur; gbp; cad; mxn; dollars; score; credit score; fico; rent; limit of; quantity; qty; count; steps; calories; population; apr; percent; sum of; cash; tip; tax; taxes; quote; quoted; estimate; value; minimum; maximum; max; min; threshold; dollar; bill; billed; invoice total; odometer; mileage; temperature; speed",
    },
    Row {
        topic: Topic::Quantity,
        name: "quantity",
        phrases: "in/by error; in case; just in case; in any/that/this/which/our case; over; about; around; approximately; approx; roughly; nearly; almost; than; up to; at least; more/less/fewer/greater/higher/lower than; exactly; some; another; all; these; those; by; until; till; before; after; per; every; within; under; above; below; between; x; line; page; step; number 1/2/3; site; process; text; texts; us; i 5/10/20/80/90/95",
    },
    Row {
        topic: Topic::Reference,
        name: "order or case number",
        phrases: "confirmation/booking/reservation/reference code/number from/for/on/of/at the/your/my/our? hotel/airline/airlines/restaurant/flight/trip/stay/rental/order/purchase/booking/reservation/itinerary/store/shop/tour/appointment; order/orders/case/ticket/claim/reference/ref/refrence/confirmation/conf/confirm/booking/reservation/invoice/inv/receipt/tracking/track/transaction/trans/txn/payment/policy/quote/application/app/request/report/complaint/dispute/incident/docket/file/record/document/doc/contract/agreement/batch/lot/delivery/shipment/shipping/waybill/airway/package/parcel/consignment/return/rma/chat/session/event/job/work/service/purchase/po/so/confirmation/approval/authorization/auth/folio/flight/train/bus/trip/itinerary/eticket/voucher/certificate/warranty/registration/permit/license/licence/driver/drivers/passport/visa/plate/tag/meter/survey/check/cheque/stub/docket/badge/queue/turn/sequence/seq/trace/arn/acquirer/rrn/stan/issue/bug/pull/pr/query/message/msg/log/thread/conversation/repair/inspection/citation/violation/police/court/tax/fine/loan/lease/project/product/program/promotion/petition/subscription/statement/line/listing/property/parking/locker/container/pallet/vehicle/unit/machine/terminal/merchant/mid/tid/store/branch/register/cashier/table/pos order/case/license/plate/report? number/numbers/num/no/nbr/nr/id/ids/reference/code/codes;\
                  order; orders; case; cases; ticket; tickets; claim; claims; reference; ref; refs; confirmation; conf; booking; reservation; invoice; invoices; inv; receipt; tracking; transaction; txn; trx; policy; quote number; application number/id/reference; request id/number?; waybill; awb; package; parcel; shipment; rma; purchase order; p o number; so number; e ticket; eticket; e tix; ticket number; pnr; record locator; locator; flight; flights; flt; train; bus; coach; ups; usps; fedex; fed ex; dhl; ontrac; lasership; royal mail; parcelforce; hermes; evri; amazon; tba; passport; passport number; drivers? license; license plate; dl number; arn; acquirer reference number; auth/authorization/authorisation/approval number/no; approval code; cpt/icd/icd10/hcpcs/naics/sic/hs/hts/ndc/drg/plu/cusip/iata/icao/lei/unspsc/cve code/codes/number; tran id; trace id/number?; uuid; guid; chat id; session id; request; incident; dispute; statement number?; voucher; promo/promotional/promotion/discount/coupon/referral/voucher/gift/redemption/offer/invite/invitation/deal/sale/bonus/rewards/campaign/gc code/codes; coupon; promo; voucher number; booking/reservation/reservations/flight/hotel/airline/travel/rental/tracking/order/pickup/pick/case/collection/return/claim/ticket/vendor/provider/customer/insurance/tour/menu/part/site/branch/store/product/item/stock/sku/swift/bic/tax/department/dept/cost/gl/reason/category/merchant/mcc/industry/occupation/currency/billing/diagnosis/procedure/status/class/course/party/group/dress/building up? code/codes/id/ids; hold confirmation; check number; cheque number; check; check #; npi; ein; vat number; vat; registration number; employee/badge number; jira; zendesk; sr; sr number; service request; claim's; file number; account manager; docket; hash; commit; sha; md5; checksum; order's; rep id; agent id; case's; merchant/terminal id",
    },
    Row {
        topic: Topic::Device,
        name: "device or version",
        phrases: "pin pad/pads; stop/bug/check/color/colour/hex/paint/school/institution/organization/department/dept/college/registration/key code/codes; imei; imei number/no/num; imeis; meid; esn; iccid; eid; serial; serials; s n; sn; serial number/num/no/code; model; models; model number/num/no/name; version; versions; build; firmware; firmware version; android; ios; windows; macos; iphone; ipad; galaxy; pixel; playstation; xbox; mac address; ip; ip address; ips; address ip; port number?; ports; error; errors; err; error code/number/no/message/msg; errorcode; code error; error says; status code; response code; decline/declined/denial/denied/reject/rejection/reason/return code; http; https; http status/code; exit code; fault code; code of conduct; vin; vin number; isbn; isbn 13/10; issn; doi; ean; upc; gtin; barcode; barcodes; bar code; qr/qrcode code; scan code; qr; zip file; sku; item; items; item number/no/num; part number/no; product number; product; article; article number; catalog number; asset tag; source/machine/morse/byte/html/python/java code; code review/base/name; gps; coordinates; lat; latitude; longitude; latlong; frequency; router; modem; pid; chapter; figure; section; article; rfc; iso; step; level; episode; season; part no",
    },
    Row {
        topic: Topic::Place,
        name: "address",
        phrases: "room; rooms; rm; suite; ste; apt; apartment; flat; unit; floor; gate; seat; seats; row; aisle; terminal; platform; table; location/map/maps/dropped/google pin/pins; pin of/for/at the? location/place/house/spot; locker; pobox; po box; p o box; box; building; bldg; store; store number/no/num/#; location; register; register number; lane; branch; branch number; exit; highway; hwy; route; interstate; lot; block; house number; address; addresses; street; live at; lives at; lane number; dept; department; aisle number; bay; dock; warehouse; kiosk; atm; atms; atm id/number; cabin; deck; berth; carriage; car; stop; station; level; zone; section; counter; concourse; door; pump; booth; spot; stall; site; office; merchant; terminal number; till",
    },
];

/// Cues whose values may be of a second topic.
pub(crate) const ALSO: &[(&str, Topic)] =
    &[("security code", Topic::SecurityCode), ("confirmation code", Topic::Reference)];

/// Words that are recognized if one letter is mistyped. They have at least seven letters, and no everyday word differs
/// in one letter.
pub(crate) const SLIPS: &str = "password passwords passcode passphrase verification security confirmation authentication \
    authenticator authorization checking mastercard temporary identification username tracking voicemail contrasena account";

/// The classes of words.
pub(crate) const WORDS: &[Words] = &[
    Words {
        role: WordClass::GLUE.union(WordClass::COMMON),
        words: "thats number numbers num no nbr nr full complete whole exact actual following here below this that these those it its itself is are was were be \
                being been will s re am m d ll ve the a an my our your ur his her their mine yours of for on as i we you u they he she me us so just \
                still currently now please pls plz then there one ones same new old latest current first second other own real correct right only again \
                got get gets gave give gives giving put puts enter entered enters entering type typed types typing use used using uses see shows showing show shown saw says said say saying reads read reading \
                looks looked seems think believe guess know told tell sent send sends texted text tried try trying wrote write written have has had having \
                like equals equal to with in which what should could would would've must might may can also and too value thing basically actually literally yeah ok okay sorry oh um uh er well \
                if from by at printed listed displayed stated marked set sets setting changed change digit digits code",
    },
    Words {
        role: WordClass::ENTRY,
        words: "use used using put putting enter entered entering type typed typing try tried trying give gave i write wrote",
    },
    Words { role: WordClass::LINK, words: "is was are were as being be for s equals = should thats" },
    Words {
        role: WordClass::COPULA,
        words: "its is was are were be s equals says said reads shows showed being becomes called should",
    },
    Words {
        role: WordClass::DETERMINER,
        words: "the a an my our your ur his her their this that thats its these those some any one's",
    },
    Words { role: WordClass::OWN, words: "my our your ur his her their wife's husband's mom's dad's" },
    Words {
        role: WordClass::REQUEST.union(WordClass::COMMON),
        words: "please pls plz read tell give provide enter type share send confirm verify verifying need needs input supply state repeat reply respond require requires required \
                kindly may could can what's whats what which have submit spell key write text require want like ask asking paste recite dictate choose create pick select set",
    },
    Words {
        role: WordClass::QUESTION.union(WordClass::COMMON),
        words: "what what's whats which who whose how why where when",
    },
    Words {
        role: WordClass::NEGATION.union(WordClass::COMMON),
        words: "never not don't dont doesn't doesnt didn't didnt won't wont wouldn't shouldn't can't cant cannot couldn't without no nobody nor neither isn't isnt wasn't wasnt aren't haven't hasn't ain't unable rather avoid stop",
    },
    Words {
        role: WordClass::SENT.union(WordClass::COMMON),
        words: "sent send sending texted text emailed e-mailed mailed messaged pushed resent resend delivered forwarded dispatched issued generated texting emailing",
    },
    Words {
        role: WordClass::UNIT,
        words: "minute minutes min mins hour hours hr hrs second seconds sec secs day days week weeks month months mo mos year years yr yrs yo night nights time times x \
                digit digits character characters chars char letter letters word words number numbers symbol symbols try tries attempt attempts percent pct % \
                point points pts mile miles km kms mi kilometers gb mb kb tb mbps gbps ghz mhz kbps khz hz kwh kw mah watts volts v amp amps lb lbs kg kgs g grams oz inch inches ft feet cm mm meters metres degrees \
                am pm a.m p.m o'clock oclock people person persons guests adults adult kids children passengers travelers bags items item pieces packs boxes units copies pages nights rooms seats tickets orders cards accounts lines steps songs shares users members employees customers visitors views likes followers calories reps \
                dollars bucks cents euros pounds pesos st nd rd th k",
    },
    Words {
        role: WordClass::CURRENCY,
        words: "usd eur gbp cad aud mxn cop ars clp pen brl inr jpy chf dollars dollar bucks euro euros pounds quid cents rupees yen pesos peso reais",
    },
    Words {
        role: WordClass::CONJUNCTION.union(WordClass::COMMON),
        words: "and but or because cause cuz while though although whereas however except when then",
    },
    Words {
        role: WordClass::SINCE.union(WordClass::COMMON),
        words: "since in of by until till before after circa around during from late early mid spring summer fall autumn winter january february march april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec year years",
    },
    Words {
        role: WordClass::MONTH.union(WordClass::COMMON),
        words: "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec",
    },
    Words {
        role: WordClass::PIECE.union(WordClass::COMMON),
        words: "then next and rest remaining remainder followed part half second last first third fourth finally it's its is the of ok okay so that's thats now again continue continuing plus ends end ending starts start starting begins here",
    },
    Words { role: WordClass::FACE, words: "front back backside behind reverse signature strip above" },
    Words { role: WordClass::DIGITS, words: "digit digits number numbers nums numerals" },
    Words {
        role: WordClass::STREET,
        words: "street st avenue ave av road rd drive dr lane ln court ct boulevard blvd way place pl terrace parkway pkwy circle cir highway hwy square sq north south east west n s e w nw ne sw se main broadway suite apt",
    },
    Words {
        role: WordClass::EXPIRY.union(WordClass::COMMON),
        words: "exp expiry expires expiration expire expiring thru through good valid until date dt",
    },
    Words {
        role: WordClass::HEAD,
        words: "rule rules requirement requirements policy policies hint hints manager managers screen screens page prompt prompts reset resets length format pad pads option options letter letters mailer change changes link links generator attempt attempts result results response mismatch error errors error's expiry expiration recovery protection strength history update tab section settings lock box boxes field fields form dialog window windows popup input vault fatigue meter checker sharing guessing placeholder bar row slot panel feature keypad widget problem problems issue issues trouble status question questions holder holders",
    },
    Words { role: WordClass::FROM, words: "from" },
    Words { role: WordClass::TO, words: "to into" },
    Words {
        role: WordClass::ENTRY.union(WordClass::COMMON),
        words: "punched punch keyed tapped dialed dialled inputted keying punching",
    },
    Words {
        role: WordClass::HALF,
        words: "first starts start begins half part then next rest second bits bit parts pieces remaining",
    },
    Words {
        role: WordClass::TAKES_BACK,
        words: "sorry actually oops whoops woops correction typo meant mistyped misread misheard fatfingered",
    },
    Words { role: WordClass::RETRIES, words: "wait no try mean scratch rather" },
    Words {
        role: WordClass::TROUBLE,
        words: "incorrect wrong invalid match recognized attempt attempts short missing only",
    },
    Words { role: WordClass::FORETELLS, words: "should asks asking receive get appear wants" },
    Words {
        role: WordClass::REPORTS,
        words: "says said gives gave throws returns returned failed fails error declined with",
    },
    Words {
        role: WordClass::STATE.union(WordClass::COMMON),
        words: "wrong incorrect right correct invalid valid expired expiring expire expires locked blocked broken bad weak strong long short old new different same fine ok okay good safe unsafe secure insecure private secret \
                working work works worked accepted rejected denied declined refused recognized recognised required needed necessary missing lost forgotten forgot stolen compromised hacked leaked exposed breached known unknown \
                reset changed updated set saved stored gone blank empty hidden visible case-sensitive sensitive temporary permanent too very so really always never not still also just already currently being getting going about \
                only really supposed meant able unable impossible possible available unavailable ready pending disabled enabled active inactive activated deactivated protected encrypted hashed cached managed autofilled autosaved remembered \
                at under over within between longer shorter more less better worse stronger weaker easier harder similar identical unique mandatory optional important confidential personal mine yours ours his hers theirs case matching mismatched outdated obsolete unacceptable useless pointless annoying ridiculous complicated simple easy hard tricky impossible something somewhere somehow nothing anything everything none null undefined n/a na what where when why how who which whatever wherever whichever if whether that this these those it there here in on off of for from with without by to as like than then because since until unless while and or but nor \
                a an the my your our his her their its another some any no every each all both either neither one two three four five six seven eight nine ten \
                keeps kept keep shows showing won't wont doesn't doesnt isn't isnt didn't didnt can't cant cannot couldn't wouldn't shouldn't has had have having was were is are be been will would could should may might must can do does did done \
                yes no yep nope yeah please help thanks thank asked asking asks prompted prompting confirmed verified unverified linked tied attached associated shared sharing stuck failing failed fails fail messed acting giving taking taken used using use synced syncing generated created chosen picked printed written typed entered sent mailed emailed texted delivered included attached provided issued assigned given tried retry retried repeated rotated rotating \
                disappeared vanished rolled turned frozen suspended revoked overdue due up out down back away through i i'm i've we we're you you're he she they them us me everyone nobody someone alphanumeric numeric numbers letters uppercase lowercase plain masked starred dots asterisks stars super pretty kinda sorta quite extra hella super mega ultra totally random default standard generic duplicate duplicated reused recycled complex basic protected redacted removed deleted xxxx xxx tbd none",
    },
    Words {
        role: WordClass::FILLER.union(WordClass::COMMON),
        words: "dang darn shoot crap heck geez gosh jeez yikes welp whoa bummer dude bro lmao smh aw aww argh phew duh meh yes yeah yep yup ya yea no nope nah ok okay k kk sure fine thanks thank thx ty cheers please pls hi hello hey hiya sorry oops hmm hm um uh er ah oh wait hold sec second moment minute one done ready perfect great good awesome cool alright right correct exactly indeed absolutely definitely maybe perhaps nothing none never nada help agent human representative operator lol haha omg wow damn ugh bye goodbye later skip cancel stop start continue next back menu quit exit resend retry again what why how who where when huh same there here gotcha understood noted checking looking trying waiting searching ready sounds welcome morning afternoon evening night today tomorrow yesterday tonight soon now",
    },
    Words {
        role: WordClass::COMMON,
        words: "able about above account across actually add address after ago all almost along already although always amazing among another answer any anybody anymore anyone anything anyway anywhere app apparently arrived away \
                bad bank because become been before began begin behind believe best better between big bill bit both bother box break bring brother busy button buy call called came can't card care carry case cause center certain chance chat cheap check child city class clear click close closer cold come comes coming company computer contact country couple course crazy customer cut \
                dad daughter dead deal dear delay delete did didn't different difficult dinner does doing don't door down draw drive drop during each early easy eat eight either else email empty end enough entire especially even ever every everybody everyone everything everywhere example \
                face fact fall family far fast father favor few figure file fill find fine finish five floor follow food forever forget forgot form found four free friday friend front full fun funny further game gave gets getting girl girlfriend glad glasses go god goes going gone gonna gotta guess guy guys \
                half hand hands hang happen happened happy hard hate haven't he'd he'll head hear heard hello help her here herself hers high him himself hold home hope hour hours house however hundred hungry hurry husband \
                i'd i'll i'm i've idea if important inside instead internet into issue it'd it'll it's its itself job join joke keep kept key kid kids kind knew knows lady large last late lately least leave left less let let's letter letters life light line link list listen little live long longer look looked looking looks lost lot love low luck \
                mad made mail main make makes making man many matter maybe mean means meant mention message messages middle mind minutes miss missed mistake mom monday money month more most mother mouth move moved much myself name near nearly need needed needs neither never new news nice nobody none nor normal nothing nowhere \
                off offer office often okay old once online open opened option order ordinary others otherwise ought ourselves out outside over own page paid paper part partner party pass past pay people perhaps person phone pick picture piece place plan play point possible probably problem proof properly pull purse push quick quickly quit quite \
                really reason receive received recently refuse remember reset room run safe said same saturday save saved saw scared screen search seat see seem seen sell sense serious seriously service set seven several sheet shop should shouldn't show sick side sign simple sir sister site sitting six sleep slow small someone something sometimes somewhere son soon sorry sort sound speak special spell stand start started stay step stick sticker stop store story straight strange stuff stupid such sunday supposed sure system \
                take taken takes taking talk talking team tech ten than that's their them themself themselves then there's they'd they'll they're they've thing things thinking third thought thousand three through throw thursday tie till together told tomorrow tonight too took top totally touch toward town trouble true trust truth try tuesday turn twice two typing under understand understood unless unlock until up upon upset usual usually \
                very visit voice wait waiting walk wallet want wanted wants warning wasn't watch wednesday week weekend weird welcome well went were weren't wherever whether while whole whom wife willing window wish within without woman won't wonder work worked working works world worried worry worse worst worth wouldn't wow year years yesterday yet you'd you'll you're you've young yours yourself zero \
                account accounts agent bill chip company contract credit customer data debit delivery department device fraud id identity information login manager model network number online operator order password pin portal profile provider router security shipping signal site statement stolen support system tablet terms text ticket transfer update upgrade user username verify website wifi label torn modem email inbox spam folder junk purse drawer driver kitchen bedroom upstairs downstairs garage battery charger laptop desktop browser cookies cache",
    },
];

/// The words of the lists that the grammar uses, separated by spaces.
pub(crate) const LISTS: &[(WordSet, &str)] = &[
    (WordSet::SPELLS, "capital uppercase lowercase exclamation underscore hashtag asterisk ampersand hyphen dash"),
    (
        WordSet::SERIES,
        "order orders case cases ticket tickets claim claims reference ref refs confirmation conf booking reservation \
         invoice invoices inv receipt tracking shipment transaction txn trx policy waybill parcel incident docket passport \
         license licence member membership hash commit barcode",
    ),
    (WordSet::NUMBERING, "number numbers num no nbr nr id ids"),
    (WordSet::CHECK, "check checks cheque cheques checkbook voided routing"),
    (WordSet::ATM, "atm"),
    (WordSet::EXPIRES, "exp expires expiry expiration"),
    (WordSet::RECITE, "read tell give dictate recite"),
    (WordSet::MODAL, "can could may"),
    (WordSet::ADDRESSED, "you u ya i we me they someone please"),
    (WordSet::WHY, "why happens happened"),
    (WordSet::PRESS, "press reply type enter text choose select say push rate hit dial"),
    (WordSet::CHOOSES, "to for if"),
    (WordSet::HOW, "how"),
    (WordSet::MANY, "many much long often"),
    (WordSet::WHEN, "when"),
    (WordSet::WHERE, "where"),
    (WordSet::WHICH, "what which"),
    (WordSet::WHAT, "what"),
    (WordSet::DATE, "time day date year month"),
    (WordSet::FEW, "three four"),
    (WordSet::SEVERAL, "four five six eight"),
    (WordSet::CODE, "code"),
    (WordSet::REFERENCE, "it that them they one ones again what say those this rest next new another"),
    (WordSet::MESSAGE, "text texts sms message texted sent email app"),
    (WordSet::PURPOSE, "to for before"),
    (WordSet::WARNING, "never nobody"),
    (WordSet::YES, "yes yeah yep yup sure please correct"),
    (WordSet::RENEWAL, "now new"),
    (WordSet::LEAD, "now ok so well and"),
    (WordSet::ANAPHORA, "it its is here that thats this the mine these they he she"),
    (WordSet::BREATH, "sorry no wait not a to actually"),
    (WordSet::PREPOSITION, "for of on in at to from with"),
    (WordSet::WAY, "via"),
    (WordSet::BESIDE, "about behind under"),
    (WordSet::NAMES_A_WORD, "passcode password pass"),
    (WordSet::ADJECTIVE, "full new old same whole screen backup bottom top"),
    (WordSet::RELATIVE, "where that which when"),
    (WordSet::LISTING, "and or plus what read tell type enter"),
    (WordSet::SENT_CODE, "one sms verification"),
    (WordSet::TOKEN, "token"),
    (WordSet::ITS, "its"),
    (WordSet::IT, "it that thats"),
    (WordSet::IS, "is"),
    (WordSet::ERROR, "error errors"),
    (WordSet::ARRIVES, "get got receive received arrive arrived"),
    (WordSet::CHOSEN, "four five six"),
    (WordSet::PARTS, "parts pieces halves"),
    (
        WordSet::ANOTHER,
        "one ones other another new newer newest older old use used scratch meant typo instead before actually sorry \
         wait oops neither nor either",
    ),
    (WordSet::COUNTED, "tokens codes pins passcodes passwords cards accounts"),
    (WordSet::POINTER, "that this these those thats"),
    (WordSet::BEING, "is was are were"),
    (WordSet::END, "last first"),
    (WordSet::THREE, "three"),
    (WordSet::FOUR, "four"),
    (WordSet::ARE, "are"),
    (WordSet::ABBREVIATION, "mr mrs ms dr st no num vs etc approx acct ext tel exp jr inc co apt conf ref soc sec"),
];

/// The words of the phrase sets that single rules use, separated by spaces.
pub(crate) const PHRASING: &[(PhraseSet, &str)] = &[
    (PhraseSet::HERE, "this here heres these that now"),
    (PhraseSet::CONCERN, "forgot forget reset change changed lost update wrong need want help about"),
    (PhraseSet::KNOWS, "have wants got remind whats"),
    (PhraseSet::SAYS, "says saying said"),
    (PhraseSet::ANOTHER_ONE, "another one"),
    (PhraseSet::SUFFICES, "suffice"),
    (PhraseSet::IS_ENOUGH, "will would is are"),
    (PhraseSet::ENOUGH, "do enough fine plenty"),
    (PhraseSet::THE, "the"),
    (PhraseSet::OF_THE, "one"),
    (PhraseSet::WE_MEAN, "i we"),
    (PhraseSet::MEANT, "mean meant"),
    (PhraseSet::FIELD, "field box form input bar slot prompt screen page"),
    (PhraseSet::NEEDS, "needs requires need require"),
    (PhraseSet::CHANGES, "change changing reset resetting update set choose create use pick recover"),
    (
        PhraseSet::ELSEWHERE,
        "app application site website page link settings portal atm branch online browser button profile com www https",
    ),
    (PhraseSet::FORGOTTEN, "forgot forgotten"),
    (PhraseSet::IN_CHAT, "send share reply respond here below"),
    (PhraseSet::I, "i"),
    (PhraseSet::AFTER_ENTRY, "it me twice again both first"),
    (PhraseSet::INSTEAD, "not no instead of rather than"),
    (PhraseSet::US, "me us"),
    (PhraseSet::TO, "to"),
    (PhraseSet::AUTHORIZES, "authorize authorise authenticate verify"),
    (PhraseSet::LETS_IN, "sign log login verify access authenticate confirm complete finish reset your"),
    (PhraseSet::USES, "use enter"),
    (PhraseSet::TO_AS, "to as"),
    (PhraseSet::READS, "with this reading saying"),
    (PhraseSet::SMS, "text sms texted"),
    (PhraseSet::CARRIES, "has reads got"),
    (PhraseSet::BIRTH, "dob birthday birthdate birth born"),
    (PhraseSet::MINE, "mine"),
    (PhraseSet::JOINS, "and or to then"),
    (PhraseSet::THE_THING, "the"),
    (
        PhraseSet::STILL,
        "now just currently still the like be actually basically simply probably likely only literally this following is also",
    ),
    (
        PhraseSet::USED_AS_PASSWORD,
        "welcome secret love password monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december spring summer autumn fall winter mother father money master family friends freedom computer",
    ),
    (PhraseSet::WHO, "who who's whose"),
    (PhraseSet::ONLY, "only just but"),
    (PhraseSet::EQUALS, "same"),
    (
        PhraseSet::ACCESSES,
        "verify access locate find pull open bring look check review identify validate authenticate unlock secure protect get log enter see",
    ),
    (
        PhraseSet::TYPED_IN,
        "app apps browser browsers site sites website websites page city town store branch device computer laptop tablet program application team person",
    ),
    (
        PhraseSet::STANDARD,
        "base64 utf8 utf16 ipv4 ipv6 sha1 sha256 sha512 md5 mp3 mp4 h264 h265 x86 x64 win10 win11 http2 oauth2 k8s",
    ),
    (
        PhraseSet::POINTS_BACK,
        "it that them they one ones again those this rest next another other last part half end beginning dash letter letters upper lower capital uppercase lowercase",
    ),
    (PhraseSet::WHICH, "which that"),
    (PhraseSet::HINTS, "name surname song street dog cat team band school town city flower nickname"),
    (PhraseSet::WITH, "with using"),
    (PhraseSet::AND, "and"),
    (PhraseSet::AND_ANOTHER, "or and n maybe then not no also"),
    (PhraseSet::AND_THEN, "or and n then"),
    (PhraseSet::OR_NOW, "or wait now"),
    (PhraseSet::USER, "user login"),
    (PhraseSet::SET, "set sets changed change reset made updated switched"),
    (PhraseSet::PHRASE, "passphrase passphrases phrase answer word codeword"),
    (PhraseSet::WITH_CODE, "and with then"),
    (PhraseSet::FULL, "number num no digits pan full"),
    (PhraseSet::THIRD, "him her them"),
    (PhraseSet::CONFIRMS, "right correct yes ok is did accepted verified received matches matched"),
    (PhraseSet::READS_BACK, "heard hear have got noted wrote entered repeat read confirm tried used"),
    (PhraseSet::REJECTS, "didn didnt doesn isn wasn was failed expired no"),
    (PhraseSet::ASKS_BACK, "can could is was were do does did are may should will would"),
    (PhraseSet::I_THINK, "think believe guess i please lol"),
    (PhraseSet::THEN_ANOTHER, "n and then"),
    (PhraseSet::AS_IN, "as like with"),
];
