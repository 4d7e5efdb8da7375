// Packets of the profile stridecue.imu6, in plain C++, so that tests on a PC can run it too.
#pragma once

#include <stddef.h>
#include <stdint.h>

constexpr size_t HEAD_BYTES = 9;       // sample_seq u32, t_us u32, n u8
constexpr size_t SAMPLE_BYTES = 12;    // acc x y z, gyro x y z, int16 each
constexpr size_t MOST_SAMPLES = 19;    // what fits 244 bytes, the longest notification of this board
constexpr int16_t ABSENT = -32768;     // means "no value": real values stop one short of it

struct Sample {
  int16_t acc[3];   // in counts of the sensor: 32768 is its range
  int16_t gyro[3];
};

// The ranges that the hub requested and those the sensor has; a count in a packet is value / requested range * 32768.
struct Ranges {
  uint16_t asked_acc_g = 32, asked_gyro_dps = 4000;
  uint16_t sensor_acc_g = 16, sensor_gyro_dps = 2000;
};

inline int16_t rescaled(int16_t raw, uint16_t sensor, uint16_t asked) {
  const int32_t halves = (static_cast<int32_t>(raw) * 2 * sensor) / static_cast<int32_t>(asked);
  const int32_t rounded = (halves + (halves < 0 ? -1 : 1)) / 2;
  return static_cast<int16_t>(rounded > 32767 ? 32767 : rounded < -32767 ? -32767 : rounded);
}

inline uint8_t *put16(uint8_t *at, uint16_t value) {
  *at++ = static_cast<uint8_t>(value);
  *at++ = static_cast<uint8_t>(value >> 8);
  return at;
}

inline uint8_t *put32(uint8_t *at, uint32_t value) {
  return put16(put16(at, static_cast<uint16_t>(value)), static_cast<uint16_t>(value >> 16));
}

// Writes n samples (1 to MOST_SAMPLES), the first with this number and time; returns the length in bytes.
inline size_t write_packet(uint8_t *out, uint32_t sample_seq, uint32_t t_us, const Sample *samples, uint8_t n,
                           const Ranges &ranges) {
  uint8_t *at = put32(put32(out, sample_seq), t_us);
  *at++ = n;
  for (uint8_t i = 0; i < n; i++) {
    for (int axis = 0; axis < 3; axis++) {
      at = put16(at, static_cast<uint16_t>(rescaled(samples[i].acc[axis], ranges.sensor_acc_g, ranges.asked_acc_g)));
    }
    for (int axis = 0; axis < 3; axis++) {
      at = put16(at, static_cast<uint16_t>(rescaled(samples[i].gyro[axis], ranges.sensor_gyro_dps, ranges.asked_gyro_dps)));
    }
  }
  return static_cast<size_t>(at - out);
}

// Maps the sensor's samples to the board's crystal clock. The sensor runs on its own oscillator, a few per cent off: the
// newest sample in its FIFO is between zero and one period old, half a period on average.
class SampleClock {
 public:
  void begin(uint32_t now_us, float rate_hz) {
    nominal_us_ = period_us_ = 1e6f / rate_hz;
    newest_us_ = now_us;
    fraction_us_ = 0;
  }

  // `count` samples were found in the FIFO at `now_us`; returns the time of the first of them.
  uint32_t first_of(uint8_t count, uint32_t now_us) {
    advance(count * period_us_);
    const float error_us = static_cast<int32_t>(now_us - newest_us_) - period_us_ / 2;
    advance(error_us / 32);
    period_us_ += error_us / 32 / 256;
    if (period_us_ > nominal_us_ * 1.1f) period_us_ = nominal_us_ * 1.1f;
    if (period_us_ < nominal_us_ * 0.9f) period_us_ = nominal_us_ * 0.9f;
    return newest_us_ - static_cast<uint32_t>((count - 1) * period_us_);
  }

  // Number of samples the sensor has taken since the newest that was read.
  uint32_t made_since(uint32_t now_us) const { return static_cast<uint32_t>((now_us - newest_us_) / period_us_); }

  float period_us() const { return period_us_; }

 private:
  void advance(float us) {
    fraction_us_ += us;
    const int32_t whole = static_cast<int32_t>(fraction_us_);
    newest_us_ += static_cast<uint32_t>(whole);
    fraction_us_ -= whole;
  }

  float nominal_us_ = 4808, period_us_ = 4808, fraction_us_ = 0;
  uint32_t newest_us_ = 0;
};
