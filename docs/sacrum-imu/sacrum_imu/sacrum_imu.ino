// A motion sensor for stridecue: Seeed XIAO nRF52840 Sense, profile stridecue.imu6. See ../README.md.
#include <bluefruit.h>

#include "motion.h"
#include "packet.h"

static const char *const NAME = "IMU sacrum";  // or "IMU left foot", "IMU right foot": stridecue reads the placement from it

static const char *const SERVICE = "29842d16-0001-4d89-9988-88cc44c282a4";
static const char *const DATA = "29842d16-0002-4d89-9988-88cc44c282a4";
static const char *const CONFIG = "29842d16-0003-4d89-9988-88cc44c282a4";
static constexpr uint8_t CONFIGURE = 1;
static constexpr uint8_t CONFIG_BYTES = 7;
static constexpr uint16_t BATTERY_EVERY_S = 30;
static constexpr uint8_t CELL_SENSE = 14;  // P0.14 low enables the divider for the cell's voltage

static BLEService service(SERVICE);
static BLECharacteristic data(DATA);
static BLECharacteristic config(CONFIG);
static BLEBas battery;

static Motion motion;
static Ranges ranges;
static SampleClock sample_clock;
static uint16_t rate_hz = 208;
static uint32_t sample_seq = 0;
static Sample batch[MOST_SAMPLES];
static uint8_t batched = 0;
static uint32_t batch_us = 0;
static bool running = false;
static volatile bool reconfigure = false;
static uint8_t wanted[CONFIG_BYTES];

// Microseconds from the 32 MHz crystal; micros() of this core counts in steps of a millisecond while the CPU sleeps.
static void begin_clock() {
  sd_clock_hfclk_request();
  NRF_TIMER2->MODE = TIMER_MODE_MODE_Timer;
  NRF_TIMER2->BITMODE = TIMER_BITMODE_BITMODE_32Bit;
  NRF_TIMER2->PRESCALER = 4;
  NRF_TIMER2->TASKS_CLEAR = 1;
  NRF_TIMER2->TASKS_START = 1;
}

static uint32_t now_us() {
  NRF_TIMER2->TASKS_CAPTURE[0] = 1;
  return NRF_TIMER2->CC[0];
}

static void show_config() {
  uint8_t bytes[CONFIG_BYTES] = {CONFIGURE};
  put16(put16(put16(bytes + 1, rate_hz), ranges.asked_acc_g), ranges.asked_gyro_dps);
  config.write(bytes, sizeof bytes);
}

static uint16_t get16(const uint8_t *at) { return static_cast<uint16_t>(at[0] | at[1] << 8); }

// Runs in the radio's task: only stores what was written; loop() applies it.
static void on_config(uint16_t, BLECharacteristic *, uint8_t *bytes, uint16_t length) {
  if (length != CONFIG_BYTES || bytes[0] != CONFIGURE || get16(bytes + 3) == 0 || get16(bytes + 5) == 0) return;
  memcpy(wanted, bytes, CONFIG_BYTES);
  reconfigure = true;
}

static void start_sampling() {
  if (!motion.configure(rate_hz, ranges)) {
    rate_hz = 208;
    motion.configure(rate_hz, ranges);
  }
  sample_clock.begin(now_us(), rate_hz);
  batched = 0;
  running = true;
}

static void apply_config() {
  reconfigure = false;
  rate_hz = get16(wanted + 1);
  ranges.asked_acc_g = get16(wanted + 3);
  ranges.asked_gyro_dps = get16(wanted + 5);
  start_sampling();
  show_config();
}

// Number of samples that fit into one notification of the current connection.
static uint8_t samples_per_packet() {
  const BLEConnection *connection = Bluefruit.Connection(Bluefruit.connHandle());
  const uint16_t carried = connection == nullptr ? 20 : static_cast<uint16_t>(connection->getMtu() - 3);
  const size_t fit = carried < HEAD_BYTES + SAMPLE_BYTES ? 1 : (carried - HEAD_BYTES) / SAMPLE_BYTES;
  const size_t most = rate_hz / 26 < MOST_SAMPLES ? rate_hz / 26 : MOST_SAMPLES;  // 26 packets a second or more
  return static_cast<uint8_t>(fit < most ? fit : most);
}

static void send_batch() {
  uint8_t packet[HEAD_BYTES + MOST_SAMPLES * SAMPLE_BYTES];
  const size_t length = write_packet(packet, sample_seq - batched, batch_us, batch, batched, ranges);
  data.notify(packet, static_cast<uint16_t>(length));  // lost if the queue is full: the hub sees it from sample_seq
  batched = 0;
}

static void take_samples() {
  bool overrun = false;
  uint16_t left = motion.waiting(overrun);
  if (overrun) {  // the radio kept the board busy for longer than the FIFO lasts: restart, and let sample_seq jump
    sample_seq += sample_clock.made_since(now_us());
    start_sampling();
    return;
  }
  while (left > 0) {
    const uint8_t n = left < Motion::AT_ONCE ? static_cast<uint8_t>(left) : Motion::AT_ONCE;
    Sample samples[Motion::AT_ONCE];
    const uint32_t newest_us = now_us() - static_cast<uint32_t>((left - n) * sample_clock.period_us());
    if (!motion.read(samples, n)) return;
    const uint32_t first_us = sample_clock.first_of(n, newest_us);
    for (uint8_t i = 0; i < n; i++) {
      if (batched == 0) batch_us = first_us + static_cast<uint32_t>(i * sample_clock.period_us());
      batch[batched++] = samples[i];
      sample_seq++;
      if (batched >= samples_per_packet()) send_batch();
    }
    left = static_cast<uint16_t>(left - n);
  }
}

static uint8_t battery_pct() {
  digitalWrite(CELL_SENSE, LOW);
  const float cell_v = analogRead(PIN_VBAT) * 3.6f / 4096 * (1000 + 510) / 510;
  const float pct = (cell_v - 3.45f) / (4.15f - 3.45f) * 100;  // rough: a LiPo cell's curve is not linear
  return static_cast<uint8_t>(pct < 0 ? 0 : pct > 100 ? 100 : pct);
}

static void stop_with_red_light() {
  for (;;) {
    digitalWrite(LED_RED, !digitalRead(LED_RED));
    delay(200);
  }
}

static void advertise() {
  Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
  Bluefruit.Advertising.addService(service);
  Bluefruit.ScanResponse.addName();
  Bluefruit.Advertising.restartOnDisconnect(true);
  Bluefruit.Advertising.setInterval(160, 800);  // 100 ms, after 30 s 500 ms
  Bluefruit.Advertising.setFastTimeout(30);
  Bluefruit.Advertising.start(0);
}

void setup() {
  pinMode(LED_RED, OUTPUT);
  digitalWrite(LED_RED, HIGH);  // the LEDs are active low
  pinMode(CELL_SENSE, OUTPUT);
  analogReference(AR_DEFAULT);
  analogReadResolution(12);
  if (!motion.begin()) stop_with_red_light();
  motion.sleep();

  Bluefruit.configPrphBandwidth(BANDWIDTH_MAX);
  Bluefruit.begin();
  Bluefruit.setName(NAME);
  Bluefruit.setTxPower(4);
  Bluefruit.Periph.setConnInterval(6, 24);  // 7.5 to 30 ms
  begin_clock();

  battery.begin();
  battery.write(battery_pct());
  service.begin();
  data.setProperties(CHR_PROPS_NOTIFY);
  data.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
  data.setMaxLen(HEAD_BYTES + MOST_SAMPLES * SAMPLE_BYTES);
  data.begin();
  config.setProperties(CHR_PROPS_READ | CHR_PROPS_WRITE);
  config.setPermission(SECMODE_OPEN, SECMODE_OPEN);
  config.setFixedLen(CONFIG_BYTES);
  config.setWriteCallback(on_config);
  config.begin();
  show_config();
  advertise();
}

void loop() {
  static uint32_t told_s = 0;
  const bool listened = Bluefruit.connected() && data.notifyEnabled();
  if (reconfigure) apply_config();
  if (listened && !running) start_sampling();
  if (!listened && running) {
    motion.sleep();
    running = false;
  }
  if (running) take_samples();
  const uint32_t now_s = millis() / 1000;
  if (now_s - told_s >= BATTERY_EVERY_S) {
    told_s = now_s;
    const uint8_t pct = battery_pct();
    if (Bluefruit.connected()) battery.notify(pct);
    else battery.write(pct);
  }
  delay(running ? 10 : 100);
}
