// Reads the LSM6DS3TR-C through its FIFO, so that it samples at an even rate whatever the radio is doing.
// Registers: ST, LSM6DS3TR-C data sheet DocID030071, chapter 9.
#pragma once

#include <LSM6DS3.h>

#include "packet.h"

class Motion {
 public:
  bool begin() { return chip_.begin() == 0; }

  // Restarts at 52, 104, 208 or 416 Hz with the nearest ranges the sensor has; false for any other rate.
  bool configure(uint16_t rate_hz, Ranges &ranges) {
    const uint8_t rate = rate_code(rate_hz);
    if (rate == 0) return false;
    ranges.sensor_acc_g = ranges.asked_acc_g <= 4 ? 4 : ranges.asked_acc_g <= 8 ? 8 : 16;
    ranges.sensor_gyro_dps = ranges.asked_gyro_dps <= 500 ? 500 : ranges.asked_gyro_dps <= 1000 ? 1000 : 2000;
    const uint8_t acc = ranges.sensor_acc_g == 4 ? 2 : ranges.sensor_acc_g == 8 ? 3 : 1;
    const uint8_t gyro = ranges.sensor_gyro_dps == 500 ? 1 : ranges.sensor_gyro_dps == 1000 ? 2 : 3;
    chip_.writeRegister(FIFO_CTRL5_, 0);  // empty the FIFO
    chip_.writeRegister(CTRL3_C_, 0x44);  // block data update, address auto-increment
    chip_.writeRegister(CTRL1_XL_, static_cast<uint8_t>(rate << 4 | acc << 2));
    chip_.writeRegister(CTRL2_G_, static_cast<uint8_t>(rate << 4 | gyro << 2));
    chip_.writeRegister(FIFO_CTRL3_, 0x09);  // every sample of both sensors
    chip_.writeRegister(FIFO_CTRL5_, static_cast<uint8_t>(rate << 3 | 6));  // continuous mode: keep the newest
    return true;
  }

  void sleep() {
    chip_.writeRegister(CTRL1_XL_, 0);
    chip_.writeRegister(CTRL2_G_, 0);
  }

  // Returns the number of waiting samples; sets `overrun` if the oldest have been overwritten.
  uint16_t waiting(bool &overrun) {
    uint8_t low = 0, high = 0;
    chip_.readRegister(&low, FIFO_STATUS1_);
    chip_.readRegister(&high, FIFO_STATUS2_);
    overrun = (high & 0x40) != 0;
    return static_cast<uint16_t>(((high & 0x07) << 8 | low) / WORDS);
  }

  // Reads the oldest `n` samples, at most AT_ONCE; the FIFO gives the gyroscope first.
  bool read(Sample *out, uint8_t n) {
    uint8_t bytes[AT_ONCE * SAMPLE_BYTES];
    if (chip_.readRegisterRegion(bytes, FIFO_DATA_OUT_L_, static_cast<uint8_t>(n * SAMPLE_BYTES)) != IMU_SUCCESS) {
      return false;
    }
    for (uint8_t i = 0; i < n; i++) {
      const uint8_t *at = bytes + i * SAMPLE_BYTES;
      for (int axis = 0; axis < 3; axis++) {
        out[i].gyro[axis] = static_cast<int16_t>(at[2 * axis] | at[2 * axis + 1] << 8);
        out[i].acc[axis] = static_cast<int16_t>(at[6 + 2 * axis] | at[7 + 2 * axis] << 8);
      }
    }
    return true;
  }

  static constexpr uint8_t AT_ONCE = 5;  // 60 bytes: the board's I2C buffer holds 64

 private:
  static uint8_t rate_code(uint16_t rate_hz) {
    switch (rate_hz) {
      case 52: return 3;
      case 104: return 4;
      case 208: return 5;
      case 416: return 6;
      default: return 0;
    }
  }

  static constexpr uint8_t WORDS = 6;
  static constexpr uint8_t FIFO_CTRL3_ = 0x08, FIFO_CTRL5_ = 0x0A, CTRL1_XL_ = 0x10, CTRL2_G_ = 0x11, CTRL3_C_ = 0x12;
  static constexpr uint8_t FIFO_STATUS1_ = 0x3A, FIFO_STATUS2_ = 0x3B, FIFO_DATA_OUT_L_ = 0x3E;

  LSM6DS3 chip_{I2C_MODE, 0x6A};
};
