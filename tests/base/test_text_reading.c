#include "alignd/base/text_reading.h"

#include "alignd/base/text.h"

#include <criterion/criterion.h>
#include <string.h>

/* Its reading is this, and in normal form; NULL: it has none. */
static void expect(const char *text, const char *reading)
{
    struct buf normal = {0}, out = {0}, again = {0};
    text_normalise(&normal, slice_of(text));
    buf_append_text(&out, "x ");
    bool has = text_reading(&out, buf_slice(&normal));
    struct slice got = {out.data + 2, out.len - 2};
    cr_expect_eq(has, reading != NULL, "%s", text);
    cr_expect(slice_equal(got, slice_of(reading ? reading : "")), "%s: %.*s", text, (int)got.len,
              got.data);
    cr_expect(!has || text_may_have_reading(buf_slice(&normal)));
    text_normalise(&again, got);
    cr_expect(slice_equal(got, buf_slice(&again)), "%s", text);
    buf_fini(&normal);
    buf_fini(&out);
    buf_fini(&again);
}

Test(text_reading, is_of_han_a_word_a_character)
{
    expect("林浩然", "lin hao ran");
    expect("方秀兰", "fang xiu lan");
    expect("开往哈尔滨的夜车", "kai wang ha er bin de ye che");
    expect("一", "yi"); /* the first of the table */
    expect("佐々木", "zuo zuo mu");
    expect("々", NULL);
    expect("二〇〇七年", "er ling ling qi nian");
    expect("\xe9\xbf\xbf", NULL); /* U+9FFF, the last of it, has none */
    expect("北\xe9\xbf\xbf京", "bei \xe9\xbf\xbf jing");
}

Test(text_reading, is_the_same_of_what_is_read_alike)
{
    expect("林皓然", "lin hao ran");
    expect("國", "guo");
    expect("国", "guo");
}

Test(text_reading, is_of_kana_as_hepburn_writes)
{
    expect("コバルト・ユース", "kobaruto yusu");
    expect("しんかんせん きょうと", "shinkansen kyouto");
    expect("マッチ いっぱい ガッツ", "matchi ippai gattsu");
    expect("シェフ ティー ファン ヴァイオリン ウィーン デュオ", "shefu ti fan vaiorin win dyuo");
    expect("しゃちょう じゃ ひゃく りょう", "shachou ja hyaku ryou");
    expect("ﾗｰﾒﾝ", "ramen"); /* half width */
    expect("ーあっ", "ー a");
    expect("ゃァ", "ya");
    expect("ッ", NULL);
    expect("ガッ北", "ga bei");
    expect("ヷン", "van");
}

Test(text_reading, is_of_kana_syllable_by_syllable)
{
    static const char *const rows[][2] = {
        {"あいうえお", "aiueo"},       {"かきくけこ", "kakikukeko"}, {"がぎぐげご", "gagigugego"},
        {"さしすせそ", "sashisuseso"}, {"ざじずぜぞ", "zajizuzezo"}, {"たちつてと", "tachitsuteto"},
        {"だぢづでど", "dajizudedo"},  {"なにぬねの", "naninuneno"}, {"はひふへほ", "hahifuheho"},
        {"ばびぶべぼ", "babibubebo"},  {"ぱぴぷぺぽ", "papipupepo"}, {"まみむめも", "mamimumemo"},
        {"やゆよ", "yayuyo"},          {"らりるれろ", "rarirurero"}, {"わゐゑをん", "waieon"},
        {"ヴヵヶ", "vukake"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        expect(rows[i][0], rows[i][1]);
}

Test(text_reading, is_of_hangul_letter_by_letter)
{
    expect("김철수", "gimcheolsu");
    expect("서울 한국", "seoul hanguk");
    expect("박찬욱", "bakchanuk");
    expect("설리 하린 신라", "seolli harin sinra");
    expect("닭 값 꽃잎 없다", "dak gap kkotip eopda");
    expect("까따빠싸짜 왜 의 뭐", "kkattappassajja wae ui mwo");
    expect("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "han"); /* in its parts */
    expect("힣", "hit");
}

Test(text_reading, leaves_other_characters_and_parts_them)
{
    expect("Lin Haoran", NULL);
    expect("Иван Γιώργος", NULL);
    expect("", NULL);
    expect("《2046》 (王家卫)", "2046 (wang jia wei)");
    expect("K-450打印机", "k-450 da yin ji");
    expect("東京タワーtower", "dong jing tawa tower");
    expect("鈴木イチロー", "ling mu ichiro");
    expect("สวัสดี北京", "สวัสดี bei jing");
    expect("서울北", "seoul bei");
    expect("。", NULL);
}

Test(text_reading, ends_behind_so_many_bytes)
{
    struct buf text = {0}, out = {0};
    for (int i = 0; i < 1000; i++)
        buf_append_text(&text, "双");
    cr_expect(text_reading(&out, buf_slice(&text)));
    cr_expect_leq(out.len, (size_t)TEXT_READING_BYTES);
    cr_expect_gt(out.len, (size_t)TEXT_READING_BYTES - 20);
    cr_expect_eq(memcmp(out.data + out.len - 6, "shuang", 6), 0);
    buf_fini(&text);
    buf_fini(&out);
}
